import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

export async function freshReadDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const configured = process.env['READ_MODEL_DATABASE_URL'];
  if (configured === undefined) throw new Error('READ_MODEL_DATABASE_URL is not set');
  const name = `read_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  const admin = new URL(configured);
  admin.username = 'postgres';
  admin.pathname = '/postgres';
  const run = async (sql: string) => {
    const client = new Client({ connectionString: admin.href });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name} OWNER reprise_read`);
  const url = new URL(configured);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
