import {
  createReadModelPool,
  postgresGenerationStore,
  Registry,
  runReadModelMigrations,
  type Fence,
} from '@reprise/read-model-indices';
import { freshDatabase } from '@reprise/test-kit';
import { randomUUID } from 'node:crypto';
import { contractTable } from '../testing/contract-storage.ts';
import { storeContract } from './contract/store-contract.ts';
import { withUndeclaredField } from './contract/store-test.ts';

describe('the Postgres store', () => {
  let pool: ReturnType<typeof createReadModelPool>;
  let registry: Registry;

  beforeAll(async () => {
    const database = await freshDatabase('read');
    await runReadModelMigrations(database.url);
    pool = createReadModelPool(database.url);
    registry = new Registry(pool);
  });
  afterAll(() => pool.end());

  /** Holds the projection's lease and lets go of it: what remains is a stale fence, or the holder's. */
  async function lease(projection: string): Promise<Fence> {
    const request = { runId: randomUUID(), holder: 'contract', ttlMs: 600_000 };
    const attempt = await registry.acquireLease(projection, request);
    if (!attempt.acquired) throw new Error(`${projection} is held by ${attempt.holder}`);
    return attempt.fence;
  }

  storeContract((projection) => {
    const readersView = `${projection}_readers`;
    return {
      store: postgresGenerationStore(pool, { projection, storage: contractTable, readersView }),
      unacceptable: withUndeclaredField,
      async confuseReaders() {
        await pool.query(`CREATE TABLE ${readersView} (id integer)`);
      },
      async readElsewhere(name) {
        await pool.query(`CREATE VIEW generations.${readersView} AS SELECT * FROM generations."${name}"`);
        return `generations.${readersView}`;
      },
      async enter(name, { uuid, fingerprint }) {
        const stale = await lease(projection);
        await registry.releaseLease(stale);
        const fence = await lease(projection);
        await registry.createGeneration(
          {
            ...{ uuid, projection, name, storage: 'postgres', fingerprint, projectionVersion: 1 },
            ...{ topic: 'contract', topicId: 'contract', partitions: 3, runId: fence.runId },
          },
          fence,
        );
        return { stale, fence, positions: () => registry.positions(uuid) };
      },
    };
  });
});
