import type { StoreRetry } from '@reprise/read-model-indices';
import { connectElasticsearch } from './adapter.ts';
import { contractStorage } from './testing/contract-storage.ts';

const elsewhere = connectElasticsearch({ node: 'http://localhost:1' });
const projection = { name: 'product_search', storage: contractStorage };

afterAll(() => elsewhere.close());

describe('the stores of an Elasticsearch', () => {
  it('have the alias that is configured, or that of the projection’s name', () => {
    expect(elsewhere.open(projection, { alias: 'configured' }).readers).toBe('configured');
    expect(elsewhere.open(projection, {}).readers).toBe('product_search');
  });

  it('are retried within the budget while it is away, and report it', async () => {
    const retries: StoreRetry[] = [];
    const onRetry = (retry: StoreRetry) => void retries.push(retry);
    const store = elsewhere.open(projection, { retryBudgetMs: 3_000, onRetry });
    await expect(store.observeReaders()).rejects.toMatchObject({
      ...{ code: 'DEPENDENCY', dependency: 'elasticsearch' },
    });
    expect(retries[0]).toMatchObject({ failures: 1, doing: expect.any(String), reason: expect.any(String) });
  });
});
