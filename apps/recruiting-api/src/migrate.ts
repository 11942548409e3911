import { outliveReaders } from '@reprise/runtime';
import { migrateCommand, readOwner, runMigrations, settingNames } from '@reprise/write-api';
import { recruitingSchema } from './migrations/recruiting-schema.ts';
import { recruitingApi } from './recruiting-api.ts';

/**
 * Brings recruiting's write database at `url` to the current schema, with the rights of its roles, and returns the names of the
 * migrations it ran.
 *
 * @param variable the setting that the URL came from, for the message
 * @throws MigrationError when the server cannot be reached or refuses a statement; the schema is then as it was before.
 */
export function runRecruitingMigrations(
  url: string,
  variable = 'RECRUITING_WRITE_DATABASE_URL',
): Promise<string[]> {
  return runMigrations(recruitingSchema, url, variable);
}

/**
 * Migrates recruiting's write database as the environment names it.
 *
 * @returns the names of the migrations it ran; undefined where neither `RECRUITING_WRITE_DATABASE_OWNER_URL` nor
 * `RECRUITING_WRITE_DATABASE_URL` is set: the context is not in use then
 * @throws ConfigurationError, MigrationError
 */
export async function migrateRecruiting(env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  const { ownerUrl, databaseUrl } = settingNames(recruitingApi.settings);
  if (!env[ownerUrl]?.trim() && !env[databaseUrl]?.trim()) return undefined;
  const { url, variable } = readOwner(recruitingApi.settings, env);
  return runRecruitingMigrations(url, variable);
}

if (import.meta.main) {
  outliveReaders();
  process.exitCode = await migrateCommand(recruitingSchema, () =>
    readOwner(recruitingApi.settings, process.env),
  );
}
