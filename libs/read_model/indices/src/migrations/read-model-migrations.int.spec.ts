import type { Pool } from 'pg';
import { freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import { createReadModelPool } from '../postgres/pool.ts';
import {
  assertReadModelMigrated,
  ReadModelNotMigrated,
  runReadModelMigrations,
} from './read-model-migrations.ts';

describe('migrations of the read-model database', () => {
  let database: FreshDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await freshDatabase('read');
    pool = createReadModelPool(database.url);
  });

  afterAll(() => pool.end());

  it('names what is missing and the remedy while the database is empty', async () => {
    const failure = assertReadModelMigrated(pool);
    await expect(failure).rejects.toBeInstanceOf(ReadModelNotMigrated);
    await expect(failure).rejects.toThrow(/0001_registry.*\.\/reprise migrate/);
  });

  it('applies each migration once, however many processes start it at the same time', async () => {
    const applied = await Promise.all([1, 2, 3].map(() => runReadModelMigrations(database.url)));
    expect(applied.flat()).toEqual([
      '0001_registry',
      '0002_lease_presence',
      '0003_repair_tasks',
      '0004_shards',
      '0005_dead_letters',
      '0006_bindings',
      '0010_discarded_letters',
      '0011_gone_generations',
      '0012_generation_partitions',
      '0013_own_stores',
      '0014_audit',
      '0015_service_levels',
      '0016_requested_actions',
      '0017_runs_of_actions',
      '0018_proofs',
    ]);
    await assertReadModelMigrated(pool);
    expect(await runReadModelMigrations(database.url)).toEqual([]);
  });

  it('asks for the migrations again when one of this release is not recorded', async () => {
    const rename = (from: string, to: string) =>
      pool.query('UPDATE registry.migrations SET name = $2 WHERE name = $1', [from, to]);
    await rename('0001_registry', '0000_other');
    await expect(assertReadModelMigrated(pool)).rejects.toThrow(/lacks the migration 0001_registry\./);
    await rename('0000_other', '0001_registry');
    await pool.query(
      `INSERT INTO registry.migrations (name, run_on) VALUES ('9999_of_a_newer_release', now())`,
    );
    await assertReadModelMigrated(pool);
  });

  it('reports a server that stays unreachable with the address but not the password', async () => {
    const failure = runReadModelMigrations('postgres://reprise_read:secret@127.0.0.1:1/reprise_read', {
      budgetMs: 300,
    });
    await expect(failure).rejects.toMatchObject({ code: 'DEPENDENCY', dependency: 'postgres' });
    await expect(failure).rejects.toThrow(
      /127\.0\.0\.1:1\/reprise_read refuses connections: .*ECONNREFUSED.*did not migrate/,
    );
    await expect(failure).rejects.not.toThrow(/secret/);
  });
});
