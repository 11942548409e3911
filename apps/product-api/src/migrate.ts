import { runMigrations } from '@reprise/write-api';
import { writeSchema } from './migrations/write-migrations.ts';

/**
 * Brings the write database at `url` to the current schema, with the rights of its roles, and returns the names of the migrations it
 * ran.
 *
 * @param variable the setting that the URL came from, for the message
 * @throws MigrationError when the server cannot be reached or refuses a statement; the schema is then as it was before.
 */
export function runWriteMigrations(url: string, variable = 'WRITE_DATABASE_URL'): Promise<string[]> {
  return runMigrations(writeSchema, url, variable);
}
