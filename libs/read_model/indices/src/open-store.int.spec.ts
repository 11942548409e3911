import type { GenerationStore } from './generation/generation.ts';
import { openGenerationStore } from './open-store.ts';
import { createReadModelPool } from './postgres/pool.ts';
import { contractStorage } from './postgres/testing/contract-storage.ts';
import { ownStore, type StoreAdapter, type StoreRetry } from './store-adapter.ts';

const pool = createReadModelPool('postgres://nobody:nothing@localhost:1/none');
const name = 'product_search';
const index = { kind: 'elasticsearch', schemaVersion: 1, properties: {} } as const;

afterAll(() => pool.end());

/** A store that says what it was opened with. */
const opened = (...by: readonly unknown[]) => ({ readers: JSON.stringify(by) }) as unknown as GenerationStore;

describe('the store of a projection', () => {
  it('of an index comes from the adapter that was given, and without one it is refused', () => {
    const adapter: StoreAdapter<never> = { open: opened, close: () => Promise.resolve() };
    const options = { alias: 'configured', retryBudgetMs: 5 };
    const store = openGenerationStore({ name, storage: index }, { pool, elasticsearch: adapter, ...options });
    expect(JSON.parse(store.readers)).toEqual([{ name, storage: index }, options]);
    expect(() => openGenerationStore({ name, storage: index }, { pool })).toThrow(
      /product_search is stored in Elasticsearch/,
    );
  });

  it('of somebody else’s making comes along with the projection', () => {
    const storage = ownStore({ kind: 'own:sqlite', schemaVersion: 1, open: opened });
    const store = openGenerationStore({ name, storage }, { pool, retryBudgetMs: 5 });
    expect(JSON.parse(store.readers)).toEqual([{ name }, { retryBudgetMs: 5 }]);
  });

  it('of a table is retried within the budget while Postgres is away, and reports it', async () => {
    const retries: StoreRetry[] = [];
    const onRetry = (retry: StoreRetry) => void retries.push(retry);
    const store = openGenerationStore(
      { name, storage: contractStorage },
      { pool, retryBudgetMs: 3_000, onRetry },
    );
    await expect(store.observeReaders()).rejects.toMatchObject({
      ...{ code: 'DEPENDENCY', dependency: 'postgres' },
    });
    expect(retries[0]).toMatchObject({ failures: 1, doing: expect.any(String), reason: expect.any(String) });
  });
});
