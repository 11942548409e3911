import pg from 'pg';
import { startProcess } from './app-process.ts';
import type { Servers } from './servers.ts';

/** Empty databases with the schema of this release, to copy from. */
export interface DatabaseTemplates {
  /** Creates a database and returns its URL with `user` as the role that connects. */
  create(kind: 'write' | 'read', name: string): Promise<void>;
  drop(names: readonly string[]): Promise<void>;
  /** URL of a database of these servers, as the role of that URL sees it. */
  url(as: keyof typeof variables, name: string): string;
  close(): Promise<void>;
}

const variables = {
  write: 'WRITE_DATABASE_URL',
  relay: 'OUTBOX_DATABASE_URL',
  read: 'READ_MODEL_DATABASE_URL',
  eventReader: 'EVENT_STORE_DATABASE_URL',
  writeOwner: 'WRITE_DATABASE_OWNER_URL',
  readOwner: 'READ_MODEL_DATABASE_OWNER_URL',
  admin: 'POSTGRES_ADMIN_URL',
} as const;

const owners = { write: 'reprise_write', read: 'reprise_read' } as const;

/** Migrates two databases once; every scenario then gets copies of them. */
export async function databaseTemplates({ endpoints }: Servers): Promise<DatabaseTemplates> {
  const suffix = `${process.pid}_${Date.now().toString(36)}`;
  const templates = { write: `faults_write_${suffix}`, read: `faults_read_${suffix}` };
  const url: DatabaseTemplates['url'] = (as, name) => {
    const found = new URL(endpoints[variables[as]]);
    found.pathname = `/${name}`;
    return found.href;
  };
  const asAdmin = async (statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: url('admin', 'postgres') });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  const dropAll = (names: readonly string[]): Promise<void> =>
    asAdmin(names.map((name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));

  await asAdmin(
    (['write', 'read'] as const).map((kind) => `CREATE DATABASE ${templates[kind]} OWNER ${owners[kind]}`),
  );
  const migrate = startProcess({
    name: 'migrate',
    file: 'apps/migrate/src/main.ts',
    env: {
      ...endpoints,
      WRITE_DATABASE_OWNER_URL: url('writeOwner', templates.write),
      READ_MODEL_DATABASE_OWNER_URL: url('readOwner', templates.read),
    },
  });
  const { code } = await migrate.exit();
  if (code !== 0) throw new Error(`the databases could not be migrated:\n${migrate.lines.join('\n')}`);
  return {
    create: (kind, name) =>
      asAdmin([`CREATE DATABASE ${name} TEMPLATE ${templates[kind]} OWNER ${owners[kind]}`]),
    drop: dropAll,
    url,
    close: () => dropAll(Object.values(templates)),
  };
}
