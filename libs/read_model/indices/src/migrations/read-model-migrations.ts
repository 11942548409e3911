import { basename } from 'node:path';
import type { runner } from 'node-pg-migrate';
import { DatabaseError, type Pool } from 'pg';
import { ConfigurationError } from '@reprise/runtime';
import { commandLine } from '@reprise/runtime/commands';
import { checkOut, createReadModelPool } from '../postgres/pool.ts';
import { retrying, type RetryOptions } from '../postgres/retry.ts';
import { DependencyError } from '../errors.ts';
import { grantFeederRights } from './feeder-rights.ts';
import * as registry from './0001_registry.ts';
import * as leasePresence from './0002_lease_presence.ts';
import * as repairTasks from './0003_repair_tasks.ts';
import * as shards from './0004_shards.ts';
import * as deadLetters from './0005_dead_letters.ts';
import * as bindings from './0006_bindings.ts';
import * as discardedLetters from './0010_discarded_letters.ts';
import * as goneGenerations from './0011_gone_generations.ts';
import * as generationPartitions from './0012_generation_partitions.ts';
import * as ownStores from './0013_own_stores.ts';
import * as audit from './0014_audit.ts';
import * as serviceLevels from './0015_service_levels.ts';
import * as requestedActions from './0016_requested_actions.ts';
import * as runsOfActions from './0017_runs_of_actions.ts';
import * as proofs from './0018_proofs.ts';

/** Every migration by its file's name without extension: the same from sources (.ts) and from the build (.js). */
const migrations: Readonly<Record<string, Pick<typeof registry, 'up' | 'down'>>> = {
  '0001_registry': registry,
  '0002_lease_presence': leasePresence,
  '0003_repair_tasks': repairTasks,
  '0004_shards': shards,
  '0005_dead_letters': deadLetters,
  '0006_bindings': bindings,
  '0010_discarded_letters': discardedLetters,
  '0011_gone_generations': goneGenerations,
  '0012_generation_partitions': generationPartitions,
  '0013_own_stores': ownStores,
  '0014_audit': audit,
  '0015_service_levels': serviceLevels,
  '0016_requested_actions': requestedActions,
  '0017_runs_of_actions': runsOfActions,
  '0018_proofs': proofs,
};

/** Files of this folder that are not migrations: this one, specs, declarations and source maps. */
const ignorePattern = '(?!\\d{4}_[a-z_]+\\.(?:ts|js)$).*';

/** Waiting for another process that migrates the same database. */
const lockTimeoutMs = 60_000;

interface MigrateOptions {
  readonly log?: (line: string) => void;
  readonly count?: number;
}

/** The read-model database lacks tables this release needs. */
export class ReadModelNotMigrated extends Error {
  readonly code = 'READ_MODEL_NOT_MIGRATED';
  readonly retryable = false;

  constructor(missing: readonly string[]) {
    super(
      `The read-model database lacks ${missing.length === 1 ? 'the migration' : 'the migrations'} ${missing.join(', ')}. ` +
        `Nothing was changed. Bring it to this release, then start again: ${commandLine.migrate()}`,
    );
    this.name = 'ReadModelNotMigrated';
  }
}

/** The role that migrates lacks a right. Nothing was changed. */
export class MigrationNotAllowed extends DependencyError {
  constructor(refused: DependencyError) {
    const rights =
      'To migrate, it has to own the database, or to have CREATE on it and own what is there of its schemas.';
    super('postgres', `${refused.message} ${rights}`, { cause: refused, retryable: false });
    this.name = 'MigrationNotAllowed';
  }
}

function isWithoutRights(error: unknown): error is DependencyError {
  return (
    error instanceof DependencyError && error.cause instanceof DatabaseError && error.cause.code === '42501'
  );
}

/**
 * Brings the read-model database (schemas `registry` and `generations`) up to this release, all in one transaction, and gives the
 * processes' role its rights. Safe to
 * run again and from several processes at once: one migrates, the others wait for it.
 *
 * @param options.databaseUrl the variable that the URL came from
 * @param options.count apply the next so many only, as an earlier release has: for tests of a later one
 * @returns the names of the migrations that were applied now.
 * @throws ConfigurationError where node-pg-migrate is not installed. @throws MigrationNotAllowed when the role lacks a right. @throws DependencyError when Postgres stayed unreachable.
 */
export async function runReadModelMigrations(
  databaseUrl: string,
  options: RetryOptions & MigrateOptions = {},
): Promise<string[]> {
  const run = await loadRunner();
  const pool = createReadModelPool(databaseUrl, { max: 1, applicationName: 'reprise-migrations' });
  try {
    return await retrying(
      pool,
      'migrate the read-model database',
      () => migrate(pool, run, options),
      options,
    );
  } catch (error) {
    throw isWithoutRights(error) ? new MigrationNotAllowed(error) : error;
  } finally {
    await pool.end();
  }
}

let importing: Promise<{ readonly runner: typeof runner }> | undefined;

/** What runs migrations, a third of what the driver and the registry need, is installed only where somebody migrates. */
async function loadRunner(): Promise<typeof runner> {
  try {
    // Once for the process: Jest lets tests that run side by side import only while it looks at one of them.
    importing ??= import('node-pg-migrate');
    return (await importing).runner;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ConfigurationError([
      'node-pg-migrate, which migrates the read-model database, is not installed: npm install node-pg-migrate',
    ]);
  }
}

async function migrate(
  pool: Pool,
  run: typeof runner,
  { log = () => {}, count }: MigrateOptions,
): Promise<string[]> {
  const { client, release } = await checkOut(pool);
  let failure: Error | undefined;
  try {
    await client.query(`SET lock_timeout = ${lockTimeoutMs}`);
    const applied = await run({
      dbClient: client,
      dir: import.meta.dirname,
      ignorePattern,
      migrationLoaderStrategies: [{ extensions: ['.ts', '.js'], loader: loadMigrations }],
      direction: 'up',
      ...(count !== undefined && { count }),
      singleTransaction: true,
      advisoryLockMode: 'wait',
      migrationsTable: 'migrations',
      migrationsSchema: 'registry',
      createMigrationsSchema: true,
      log,
    });
    await grantFeederRights(client);
    return applied.map(({ name }) => name);
  } catch (error) {
    // Closed rather than given back: the lock or the transaction may still be open on it.
    failure = new Error('the migration failed', { cause: error });
    throw error;
  } finally {
    release(failure);
  }
}

/** Gives the runner the modules imported above, so that its loader need not understand TypeScript or ESM. */
async function loadMigrations(paths: string[]) {
  return paths.map((path) => {
    const name = basename(path).replace(/\.(ts|js)$/, '');
    const actions = migrations[name];
    if (actions === undefined) throw new RangeError(`${name} is not listed among the read-model migrations`);
    return { id: path, filePaths: [path], actions };
  });
}

/**
 * Checks that every migration of this release was applied. Later ones, of a newer release beside this one, are fine.
 *
 * @throws ReadModelNotMigrated naming what is missing. @throws DependencyError when Postgres stayed unreachable.
 */
export async function assertReadModelMigrated(pool: Pool, options: RetryOptions = {}): Promise<void> {
  const applied = await retrying(pool, 'read its migrations', () => appliedMigrations(pool), options);
  const missing = Object.keys(migrations).filter((name) => !applied.has(name));
  if (missing.length > 0) throw new ReadModelNotMigrated(missing);
}

async function appliedMigrations(pool: Pool): Promise<Set<string>> {
  try {
    const { rows } = await pool.query<{ name: string }>('SELECT name FROM registry.migrations');
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (isNotThere(error)) return new Set();
    throw error;
  }
}

/** Whether a statement failed because the schema or table that it names was not made yet. */
function isNotThere(error: unknown): boolean {
  return error instanceof DatabaseError && ['3F000', '42P01'].includes(error.code ?? '');
}
