/**
 * What every Postgres session of this project runs under, whatever its server, database or role prefers: the settings that change
 * what a statement returns or means, and the limits that would cut off work that may take long. Others (`search_path`, memory,
 * planning, tablespaces, `default_transaction_read_only`) stay as the operator has them.
 */
export const sessionSettings = {
  // How values are written and read as text.
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  quote_all_identifiers: 'off',
  // What statements mean.
  default_transaction_isolation: 'read committed',
  transform_null_equals: 'off',
  /** A policy that hides rows becomes an error: without it, a read model would silently lack what the reader may not see. */
  row_security: 'off',
  exit_on_error: 'off',
  /** Anything but `off` stays: an acknowledged commit that a crash takes back could be in the event log already. */
  synchronous_commit: 'on',
  // Limits. A connection that wants one gives it to `setSession`.
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
} as const;

/** Settings of one connection's own, over {@link sessionSettings}. Times are in milliseconds. */
export type OwnSettings = Readonly<Record<string, string | number>>;

/** What is needed of a pg client: this library holds no driver. */
interface Session {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** Older servers lack some of the settings and would refuse them; a setting with a dot is known once it is set. */
const setSql = `
SELECT pg_catalog.set_config(wanted.name, wanted.value, false)
FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS wanted (name, value)
LEFT JOIN pg_catalog.pg_settings AS known ON known.name = wanted.name
WHERE CASE wanted.name WHEN 'synchronous_commit' THEN known.setting = 'off'
  ELSE known.name IS NOT NULL OR wanted.name LIKE '%.%' END`;

/**
 * Gives a session that has just connected its settings, in one round trip. They are statements of the session and no startup
 * options, which a pooler may refuse or drop and `?options=` of a URL replaces.
 *
 * @throws the database's error; the connection is then not to be used
 */
export async function setSession(session: Session, own: OwnSettings = {}): Promise<void> {
  const settings = Object.entries({ ...sessionSettings, ...own });
  await session.query(setSql, [settings.map(([name]) => name), settings.map(([, value]) => String(value))]);
}

/** For the settings of a pg pool: gives each of its sessions its settings before anything else uses it. */
export function sessionHook(own: OwnSettings = {}): { onConnect(session: Session): Promise<void> } {
  return { onConnect: (session) => setSession(session, own) };
}
