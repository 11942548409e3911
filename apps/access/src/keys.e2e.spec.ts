import pg from 'pg';
import { freshDatabase, spawnApp, type FreshDatabase } from '@reprise/test-kit';

let database: FreshDatabase;

/** A key as the list has it in JSON. */
type ListedKey = Readonly<Record<'createdAt' | 'expiresAt', string>>;

/** Runs the command to its end. */
async function access(args: string, env: Record<string, string> = {}) {
  const app = spawnApp('apps/access/src/main.ts', {
    args: args.split(' '),
    env: { WRITE_DATABASE_OWNER_URL: database.url, ...env },
  });
  const { code } = await app.exit();
  const said = app.output.flatMap(({ stream, text }) => (stream === 'stderr' ? [text] : []));
  return { code, stdout: app.stdout(), said: said.join('\n') };
}

beforeAll(async () => {
  database = await freshDatabase('write');
});

it('needs the table of keys, and says how to have it', async () => {
  const { code, said } = await access('list');
  expect([code, said]).toEqual([1, expect.stringContaining('npm run -s migrate')]);
});

describe('on a migrated database', () => {
  beforeAll(async () => {
    const env = { WRITE_DATABASE_OWNER_URL: database.url };
    const migrated = await spawnApp('apps/migrate/src/main.ts', { args: ['--write'], env }).exit();
    expect(migrated).toMatchObject({ code: 0 });
  });

  it('makes a key that an application accepts, shows it once, replaces and revokes it', async () => {
    expect((await access('list')).stdout).toBe('There is no key.');
    const made = await access('create --name importer --scopes products:read --days 30 --environment test');
    expect(made).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^rp_test_[0-9a-f]{16}_[0-9a-f]{64}$/),
    });
    const id = made.stdout.split('_')[2]!;
    const env = { WRITE_DATABASE_URL: database.productApiUrl, PRODUCT_API_PORT: '0' };
    const { origin } = await spawnApp('apps/product-api/src/main.ts', { env }).ready();
    const read = (key: string) =>
      fetch(`${origin}/v1/products/0190163d-8694-739b-aea5-966c26f8ad91`, {
        headers: { authorization: `Bearer ${key}` },
      });
    expect((await read(made.stdout)).status).toBe(404);

    const rotated = await access(`rotate ${id} --overlap-hours 1`);
    const exported = JSON.parse((await access('export')).stdout) as { keys: { id: string; hash: string }[] };
    expect(exported.keys.map((key) => key.id).toSorted()).toEqual(
      [id, rotated.stdout.split('_')[2]].toSorted(),
    );
    expect((await access(`revoke ${id}`)).code).toBe(0);
    const listed = await access('list');
    expect(listed.stdout).toMatch(new RegExp(`^${id} +revoked +importer +products:read `, 'm'));
    const [next, last] = JSON.parse((await access('list --json')).stdout) as ListedKey[];
    expect([next, last]).toMatchObject([{ state: 'usable' }, { id, state: 'revoked' }]);
    // For as long as the key that it replaces was made for.
    const days = (Date.parse(next!.expiresAt) - Date.parse(next!.createdAt)) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    // Who did it is on record, and the key is not.
    await access('revoke 0123456789abcdef', { REPRISE_ACTOR: 'CHG-9' });
    const recorded = (await access('audit --json')).stdout;
    expect(JSON.parse(recorded)).toMatchObject([
      {
        verb: 'access revoke',
        actor: 'CHG-9',
        outcome: { exitCode: 1, message: expect.stringContaining('no unrevoked') },
      },
      { verb: 'access revoke', arguments: [id], outcome: { exitCode: 0 } },
      { verb: 'access rotate', outcome: { exitCode: 0, receipt: { key: rotated.stdout.split('_')[2] } } },
      { verb: 'access create', origin: 'cli', outcome: { exitCode: 0, receipt: { key: id } } },
      { verb: 'migrate', outcome: { exitCode: 0 } },
    ]);
    expect(recorded).not.toContain(made.stdout.slice(-64));
    expect((await access('audit --limit 1')).stdout).toMatch(
      / access revoke +1 +\S+ on \S+ +CHG-9 +0123456789abcdef$/m,
    );
    // Only a hash leaves the command that made it.
    for (const { stdout, said } of [listed, await access('export'), { ...made, stdout: '' }])
      expect(stdout + said).not.toContain(made.stdout.slice(-64));
  });

  it('prints nothing that a terminal obeys, and no row that is none, whoever wrote the audit', async () => {
    const owner = new pg.Client(database.url);
    await owner.connect();
    const user = 'root\n2026-01-01 00:00Z  forged';
    const who = [user, 'h\u001b[2J', '\u202Eevil', ['\u009b31m']];
    await owner
      .query(
        `INSERT INTO audit_attempts (attempt, origin, os_user, host, pid, actor, verb, arguments)
         VALUES (gen_random_uuid(), 'cli', $1, $2, 1, $3, 'relay', $4)`,
        who,
      )
      .finally(() => owner.end());
    const [table, json, refused] = [
      await access('audit --limit 1'),
      await access('audit --limit 1 --json'),
      await access('--context \x1b[31mred list'),
    ];
    expect(table.stdout.split('\n')).toHaveLength(2);
    expect(JSON.parse(json.stdout)).toMatchObject([{ user, actor: '\u202Eevil' }]);
    expect(refused.code).toBe(1);
    for (const { stdout, said } of [table, json, refused]) expect(stdout + said).not.toMatch(/[^\P{C}\n]/u);
  });

  it.each([
    ['revoke 0123456789abcdef', 'There is no unrevoked key "0123456789abcdef"'],
    ['rotate nonsense', 'There is no usable key "nonsense"'],
    ['create --name x --scopes products:*', 'Not a permission: products:*'],
    ['create --name x --scopes products:read --days 9999', 'It must be a whole number from 0 to 3650'],
    ['--context nobody list', '--context must name one that has an outbox (product, recruiting)'],
  ])('refuses %s with 1', async (args, why) => {
    expect(await access(args)).toMatchObject({ code: 1, stdout: '', said: expect.stringContaining(why) });
  });

  it('says with 4 that the database is unreachable, and with 1 that it refuses', async () => {
    const away = { WRITE_DATABASE_OWNER_URL: 'postgres://nobody@127.0.0.1:1/nowhere' };
    expect(await access('list', away)).toMatchObject({
      code: 4,
      said: expect.stringContaining('No key was made or changed'),
    });
    const asApplication = { WRITE_DATABASE_OWNER_URL: database.productApiUrl };
    expect(await access('create --name x --scopes products:read', asApplication)).toMatchObject({
      ...{ code: 1, stdout: '' },
      said: expect.stringContaining('permission denied for table audit_attempts'),
    });
  });
});
