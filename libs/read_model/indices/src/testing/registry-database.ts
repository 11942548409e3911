import { randomUUID } from 'node:crypto';
import { afterFile, freshDatabase, type FreshDatabase } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { runReadModelMigrations } from '../migrations/read-model-migrations.ts';
import { createReadModelPool } from '../postgres/pool.ts';
import { Registry } from '../registry/registry.ts';
import type { Fence } from '../registry/leases.ts';

export interface TestRegistry {
  readonly database: FreshDatabase;
  readonly pool: Pool;
  readonly registry: Registry;
  /** Takes a projection's lease for ten minutes. */
  hold(projection: string): Promise<Fence>;
}

/** A registry in a migrated database of the test file's own; both are gone afterwards. */
export async function testRegistry(): Promise<TestRegistry> {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  afterFile(() => pool.end());
  const registry = new Registry(pool);
  return {
    database,
    pool,
    registry,
    async hold(projection) {
      const request = { runId: randomUUID(), holder: 'spec', ttlMs: 600_000 };
      const attempt = await registry.acquireLease(projection, request);
      if (!attempt.acquired) throw new Error(`${projection} is held by ${attempt.holder}`);
      return attempt.fence;
    },
  };
}
