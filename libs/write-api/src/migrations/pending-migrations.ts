import { type DataSource, type MigrationInterface } from 'typeorm';
import { reportedError } from '../database/errors.ts';

/** One step of a schema. Its name ends in the time it was written at, which is its place in the order. */
export type MigrationClass = new () => MigrationInterface & { readonly name: string };

/** Where TypeORM notes which of them a database has. */
export const migrationsTable = 'write_migrations';

const undefinedTable = '42P01';

/** Names of the migrations that `dataSource` lacks, in order. Reads one table and creates nothing. */
export async function pendingMigrations(
  dataSource: DataSource,
  migrations: readonly MigrationClass[],
): Promise<string[]> {
  const applied = new Set(await appliedMigrations(dataSource));
  return migrations.map((Migration) => new Migration().name).filter((name) => !applied.has(name));
}

async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  try {
    const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${migrationsTable}`);
    return rows.map(({ name }) => name);
  } catch (error) {
    if (reportedError(error).code === undefinedTable) return [];
    throw error;
  }
}
