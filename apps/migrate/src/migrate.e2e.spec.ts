import { listAudit, type AuditPlace } from '@reprise/runtime/audit';
import { freshDatabase, spawnApp } from '@reprise/test-kit';
import pg from 'pg';

async function migrate(
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const unset = { WRITE_DATABASE_URL: undefined, READ_MODEL_DATABASE_URL: undefined };
  const app = spawnApp('apps/migrate/src/main.ts', { args, env: { ...unset, ...env } });
  const { code } = await app.exit();
  return { code, said: app.output.map(({ text }) => text).join('\n') };
}

/** Works on a database as its owner. */
async function asOwner<T>(url: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client(url);
  await owner.connect();
  return work(owner).finally(() => owner.end());
}

const auditOf = (url: string, place: AuditPlace) =>
  asOwner(url, (owner) => listAudit(owner, place, { limit: 10 }));

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
    const rows = [
      { verb: 'migrate', actor: null, outcome: { exitCode: 0, receipt: { applied: [] } } },
      // It made the audit, and is recorded after it.
      {
        verb: 'migrate',
        outcome: { exitCode: 0, receipt: { applied: expect.arrayContaining([expect.any(String)]) } },
      },
    ];
    expect(await auditOf(write.url, '')).toMatchObject(rows);
    expect(await auditOf(readModel.url, 'registry.')).toMatchObject(rows);
  });

  it('is on record before it acts, and does nothing where it cannot be', async () => {
    const { url } = await freshDatabase('write');
    const env = { WRITE_DATABASE_OWNER_URL: url, REPRISE_ACTOR: 'CHG-5' };
    await migrate(['--write'], env);
    // Nothing can be migrated any more, and later nothing recorded.
    await asOwner(url, (owner) => owner.query('ALTER TABLE write_migrations RENAME COLUMN name TO other'));
    expect(await migrate(['--write'], env)).toMatchObject({ code: 4 });
    const [failed] = await auditOf(url, '');
    expect(failed).toMatchObject({
      ...{ verb: 'migrate', actor: 'CHG-5', arguments: ['--write'] },
      outcome: { exitCode: 4, message: expect.stringContaining('was not migrated') },
    });
    await asOwner(url, (owner) =>
      owner.query(`ALTER TABLE write_migrations RENAME COLUMN other TO name; REVOKE INSERT ON audit_attempts FROM CURRENT_USER;
                   REVOKE SELECT ON outbox_events FROM outbox_publisher`),
    );
    const refused = await migrate(['--write'], env);
    expect(refused).toEqual({
      code: 1,
      said: expect.stringMatching(
        /permission denied for table audit_attempts\)\. The write database was not migrated/,
      ),
    });
    // Rights are given by every migration, and were not by this one.
    const { rows } = await asOwner(url, (owner) =>
      owner.query(`SELECT has_table_privilege('outbox_publisher', 'outbox_events', 'SELECT') AS given`),
    );
    expect(rows).toEqual([{ given: false }]);
  });

  it('repeats what a database says without anything that a terminal obeys', async () => {
    const { url } = await freshDatabase('write');
    const env = { WRITE_DATABASE_OWNER_URL: url };
    await migrate(['--write'], env);
    await asOwner(url, (owner) =>
      owner.query(`
        DELETE FROM write_migrations WHERE name LIKE 'KeepDaysOfKeys%';
        ALTER TABLE api_keys DROP COLUMN days;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION E'\\x1b[31mred'; END $$;
        CREATE TRIGGER refuses BEFORE INSERT ON write_migrations FOR EACH ROW EXECUTE FUNCTION refuse()`),
    );
    const { code, said } = await migrate(['--write'], env);
    expect([code, said]).toEqual([4, expect.stringContaining('\uFFFD[31mred')]);
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
