import { type DataSource } from 'typeorm';
import { reportedError } from '../errors.ts';
import { migrationsTable, writeMigrations } from './write-migrations.ts';

const undefinedTable = '42P01';

/** Names of the migrations that `dataSource` lacks, in order. Reads one table and creates nothing. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const applied = new Set(await appliedMigrations(dataSource));
  return writeMigrations.map((Migration) => new Migration().name).filter((name) => !applied.has(name));
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
