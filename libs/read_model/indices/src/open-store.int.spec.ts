import type { StorageDefinition } from '@reprise/read-model-documents';
import { contractStorage as indexStorage } from './elasticsearch/testing/contract-storage.ts';
import { createElasticsearchClient } from './elasticsearch/servers/client.ts';
import type { StoreRetry } from './elasticsearch/servers/requests.ts';
import { openGenerationStore } from './open-store.ts';
import { createReadModelPool } from './postgres/pool.ts';
import { contractStorage as tableStorage } from './postgres/testing/contract-storage.ts';

const nowhere = 'localhost:1';
const client = createElasticsearchClient({ node: `http://${nowhere}` });
const pool = createReadModelPool(`postgres://nobody:nothing@${nowhere}/none`);

afterAll(async () => {
  await client.close();
  await pool.end();
});

describe('a store whose server is away', () => {
  it.each<[string, StorageDefinition]>([
    ['elasticsearch', indexStorage],
    ['postgres', tableStorage],
  ])('is retried within the budget, and %s reports it', async (dependency, storage) => {
    const retries: StoreRetry[] = [];
    const servers = { client, pool, retryBudgetMs: 1_000 };
    const store = openGenerationStore(
      { name: 'product_search', storage },
      { ...servers, onRetry: (retry) => retries.push(retry) },
    );
    await expect(store.observeReaders()).rejects.toMatchObject({ code: 'DEPENDENCY', dependency });
    expect(retries.length).toBeGreaterThan(0);
    expect(retries[0]).toMatchObject({ failures: 1, doing: expect.any(String), reason: expect.any(String) });
  });
});
