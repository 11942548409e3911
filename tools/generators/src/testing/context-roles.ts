import { randomBytes } from 'node:crypto';
import { afterFile, testEndpoints } from '@reprise/test-kit';
import pg from 'pg';

/**
 * Makes the roles of a new context's write database as the stack does, on servers that were started before there was that context.
 * They are gone at the end of the test file.
 *
 * @returns the variables by which the tests of the context find them
 */
export async function contextRoles(context: string): Promise<Record<string, string>> {
  const { postgresAdminUrl } = testEndpoints();
  const password = randomBytes(16).toString('hex');
  const [login, writers] = [`reprise_${context}_api`, `${context}_writer`];
  const admin = new pg.Client(postgresAdminUrl);
  await admin.connect();
  const drop = `DROP ROLE IF EXISTS ${login}; DROP ROLE IF EXISTS ${writers}`;
  await admin.query(
    `${drop}; CREATE ROLE ${writers} NOLOGIN; CREATE ROLE ${login} LOGIN PASSWORD '${password}' IN ROLE ${writers}`,
  );
  afterFile(async () => {
    await admin.query(drop);
    await admin.end();
  });
  const url = new URL(postgresAdminUrl);
  url.username = login;
  url.password = password;
  return { [`${context.toUpperCase()}_WRITE_DATABASE_URL`]: url.href };
}
