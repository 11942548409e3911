import { describe, expect, it } from '@jest/globals';
import { sessionSettings, type OwnSettings } from '@reprise/runtime';
import { Client } from 'pg';
import { freshDatabase, type DatabaseKind, type FreshDatabase } from './fresh-database.ts';

/** For each setting a session gives itself, a value that some server, database or role out there prefers. */
export const oddSettings: Readonly<Record<keyof typeof sessionSettings, string>> = {
  client_encoding: 'LATIN1',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  quote_all_identifiers: 'on',
  default_transaction_isolation: 'serializable',
  transform_null_equals: 'on',
  row_security: 'on',
  exit_on_error: 'on',
  synchronous_commit: 'off',
  statement_timeout: '41min',
  lock_timeout: '42min',
  idle_in_transaction_session_timeout: '43min',
  idle_session_timeout: '44min',
  transaction_timeout: '45min',
};

/** Where an operator can set what new sessions begin with. A role's setting wins over its database's. */
export type SettingsLevel = 'database' | 'role';

/** From now on sessions of the database begin with {@link oddSettings}, for everybody or for the roles of the applications. */
export async function makeOdd(database: FreshDatabase, level: SettingsLevel): Promise<void> {
  const { adminUrl, name } = database;
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  const { rows } = await admin.query<{ name: string }>('SELECT name FROM pg_settings');
  const known = new Set(rows.map((row) => row.name));
  const { url, productApiUrl, relayUrl, feederUrl, eventStoreUrl } = database;
  const urls = [url, productApiUrl, relayUrl, feederUrl, eventStoreUrl];
  const roles = new Set(urls.map((one) => admin.escapeIdentifier(decodeURIComponent(new URL(one).username))));
  const whose =
    level === 'database'
      ? [`DATABASE ${name}`]
      : Array.from(roles, (role) => `ROLE ${role} IN DATABASE ${name}`);
  for (const [setting, value] of Object.entries(oddSettings)) {
    if (!known.has(setting)) continue;
    for (const owner of whose)
      await admin.query(`ALTER ${owner} SET ${setting} = ${admin.escapeLiteral(value)}`);
  }
  await admin.end();
}

/** One statement on the connection under test. */
export type Ask = (sql: string, values: unknown[]) => Promise<{ rows: unknown[] }>;

/**
 * The specs of one place that connects: whatever database and role prefer, its sessions run under the settings they give
 * themselves.
 *
 * @param connect opens a connection the way the code under test does; it is closed by the caller's `afterFile`
 * @param own what this connection sets otherwise, as the server shows it
 */
export function itSetsItsSessions(
  title: string,
  kind: DatabaseKind,
  connect: (database: FreshDatabase) => Promise<Ask>,
  own: OwnSettings = {},
): void {
  describe(title, () => {
    it.each<SettingsLevel>(['database', 'role'])(
      'has its own settings under odd ones of the %s',
      async (level) => {
        const database = await freshDatabase(kind);
        await makeOdd(database, level);
        const plain = new Client({ connectionString: database.url });
        await plain.connect();
        const before = await shown((sql, values) => plain.query(sql, values));
        await plain.end();
        const differing = Object.entries(sessionSettings).filter(([name, value]) => before[name] === value);
        // The driver itself asks for UTF-8 when it connects.
        expect(differing).toEqual([['client_encoding', 'UTF8']]);

        const ask = await connect(database);
        expect(await shown(ask)).toEqual({ ...sessionSettings, ...own });
      },
    );
  });
}

async function shown(ask: Ask): Promise<Record<string, string>> {
  const { rows } = await ask('SELECT name, setting FROM pg_settings WHERE name = ANY($1)', [
    Object.keys(sessionSettings),
  ]);
  const found = new Map(
    (rows as { name: string; setting: string }[]).map(({ name, setting }) => [name, setting]),
  );
  // A setting that this server is too old for is not missing.
  return Object.fromEntries(
    Object.entries(sessionSettings).map(([name, value]) => [name, found.get(name) ?? value]),
  );
}
