import { freshDatabase, spawnApp } from '@reprise/test-kit';

interface Ended {
  readonly code: number | null;
  readonly said: string;
}

async function run(
  file: string,
  args: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Ended> {
  const app = spawnApp(file, { args, env });
  const { code } = await app.exit();
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

describe('npm run migrate, then npm run sample -- --direct', () => {
  it('makes the tables, fills them, and refuses the same catalogue a second time', async () => {
    const { url } = await freshDatabase('write');
    const env = { WRITE_DATABASE_URL: url };
    const catalogue = ['--products', '20', '--events', '60', '--direct'];
    const migrated = await run('apps/migrate/src/main.ts', ['--write'], env);
    expect(migrated).toMatchObject({
      code: 0,
      said: expect.stringContaining('Applied to the write database') as string,
    });
    const written = await run('tools/sample/src/main.ts', catalogue, env);
    expect(written).toMatchObject({
      code: 0,
      said: expect.stringContaining('Wrote 60 events of 20 products') as string,
    });
    const again = await run('tools/sample/src/main.ts', catalogue, env);
    expect(again).toMatchObject({
      code: 2,
      said: expect.stringContaining('Choose another --seed') as string,
    });
  });
});

describe('without servers', () => {
  it.each<[string, string, number, string, string[], Record<string, string>]>([
    [
      'sample',
      'tools/sample/src/main.ts',
      4,
      'Kafka failed at 127.0.0.1:1',
      ['--kafka', 'a'],
      { KAFKA_BROKERS: '127.0.0.1:1' },
    ],
    [
      'sample',
      'tools/sample/src/main.ts',
      1,
      'WRITE_DATABASE_URL',
      ['--direct'],
      { WRITE_DATABASE_URL: 'mysql://x' },
    ],
    [
      'prepare',
      'tools/sample/src/prepare.ts',
      0,
      'nothing is started, migrated or filled',
      [],
      { KAFKA_BROKERS: '127.0.0.1:1' },
    ],
  ])('%s (%s) ends with %d and says: %s', async (_name, file, code, said, args, env) => {
    const ended = await run(file, args, env);
    expect(ended.said).toContain(said);
    expect(ended.code).toBe(code);
  });
});
