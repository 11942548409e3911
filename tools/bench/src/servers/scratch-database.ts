import { Client } from 'pg';

/** A database of the run's own. */
export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Creates and migrates a database beside a configured one, owned by the same role. Databases are created by a superuser: that of
 * POSTGRES_ADMIN_URL, else the embedded server's `postgres`.
 * @param name an SQL name that needs no quotes
 * @param besideUrl the configured database
 */
export async function createScratchDatabase(
  name: string,
  besideUrl: string,
  env: NodeJS.ProcessEnv,
  migrate: (url: string) => Promise<unknown>,
): Promise<ScratchDatabase> {
  const owner = decodeURIComponent(new URL(besideUrl).username);
  const adminUrl = env['POSTGRES_ADMIN_URL'] || superuserUrl(besideUrl);
  await execute(adminUrl, `CREATE DATABASE ${name} OWNER "${owner}"`);
  const url = withDatabase(besideUrl, name);
  const drop = () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  try {
    await migrate(url);
  } catch (error) {
    await drop();
    throw error;
  }
  return { url, drop };
}

/** The same server and role, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    await client.query(statement);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const remedy = 'Name a role that may create databases in POSTGRES_ADMIN_URL.';
    throw new Error(`Postgres refused "${statement}": ${problem}. ${remedy}`, { cause });
  } finally {
    await client.end();
  }
}

function superuserUrl(besideUrl: string): string {
  const url = new URL(besideUrl);
  url.username = 'postgres';
  url.password = 'postgres';
  url.pathname = '/postgres';
  return url.href;
}
