import { jest } from '@jest/globals';
import { freshDatabase, spawnApp } from '@reprise/test-kit';

jest.setTimeout(120_000);

async function migrate(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const unset = { WRITE_DATABASE_URL: undefined, READ_MODEL_DATABASE_URL: undefined };
  const app = spawnApp('apps/migrate/src/main.ts', { args, env: { ...unset, ...env } });
  const { code } = await app.exit(60_000);
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

describe('npm run migrate', () => {
  it('migrates every database that the environment names, once, and says which it left out', async () => {
    const [write, readModel] = [await freshDatabase('write'), await freshDatabase('read')];
    const env = { WRITE_DATABASE_OWNER_URL: write.url, READ_MODEL_DATABASE_URL: readModel.url };
    const leftOut =
      'Left out the recruiting write database: RECRUITING_WRITE_DATABASE_OWNER_URL and RECRUITING_WRITE_DATABASE_URL are not set.';
    const first = await migrate([], env);
    expect(first).toEqual({
      code: 0,
      said: expect.stringMatching(
        /^Applied to the write database: .*\nApplied to the read-model database: .*\n/,
      ),
    });
    const [, , ...last] = first.said.split('\n');
    expect(last).toContain(leftOut);
    for (const sentence of last) expect(sentence).toMatch(/^Left out the \w+ write database: /);
    expect(await migrate([], env)).toEqual({
      code: 0,
      said: ['The write database is current.', 'The read-model database is current.', ...last].join('\n'),
    });
  });

  it('takes one side only where that is asked for', async () => {
    const recruiting = await freshDatabase('write');
    const { code, said } = await migrate(['--write'], {
      RECRUITING_WRITE_DATABASE_OWNER_URL: recruiting.url,
      READ_MODEL_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c',
    });
    expect(said).toMatch(/^Applied to the recruiting write database: .*CreateLeads/);
    expect(code).toBe(0);
    expect(await migrate(['--read-model'], { WRITE_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' })).toEqual({
      code: 1,
      said: expect.stringContaining(
        'None is set of READ_MODEL_DATABASE_OWNER_URL, READ_MODEL_DATABASE_URL',
      ) as string,
    });
  });

  it('ends with 4 without its server, and says that nothing was migrated', async () => {
    const { code, said } = await migrate([], { WRITE_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/c' });
    expect(said).toContain('was not migrated');
    expect(code).toBe(4);
  });
});
