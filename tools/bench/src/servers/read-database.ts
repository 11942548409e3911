import { runReadModelMigrations } from '@reprise/read-model-indices';
import { Client } from 'pg';

/** A read-model database of the run's own. */
export interface ScratchDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Creates and migrates a database beside the configured read-model database, owned by the same role. Databases are created by
 * a superuser: that of POSTGRES_ADMIN_URL, else the embedded server's `postgres`.
 * @param name an SQL name that needs no quotes
 */
export async function createReadDatabase(
  name: string,
  readModelDatabaseUrl: string,
  env: NodeJS.ProcessEnv,
): Promise<ScratchDatabase> {
  const own = new URL(readModelDatabaseUrl);
  const adminUrl = env['POSTGRES_ADMIN_URL'] || superuserUrl(own);
  await execute(adminUrl, `CREATE DATABASE ${name} OWNER "${decodeURIComponent(own.username)}"`);
  own.pathname = `/${name}`;
  const drop = () => execute(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  try {
    await runReadModelMigrations(own.href);
  } catch (error) {
    await drop();
    throw error;
  }
  return { url: own.href, drop };
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

function superuserUrl(own: URL): string {
  const url = new URL(own);
  url.username = 'postgres';
  url.password = 'postgres';
  url.pathname = '/postgres';
  return url.href;
}
