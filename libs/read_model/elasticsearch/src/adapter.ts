import type { Client } from '@elastic/elasticsearch';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { StoreAdapter } from '@reprise/read-model-indices';
import { elasticsearchGenerationStore } from './generation-store.ts';
import { createElasticsearchClient, type ElasticsearchConnection } from './servers/client.ts';

/** The stores of all read models of one Elasticsearch. Connects to nothing yet; closing it closes its client. */
export function connectElasticsearch(
  connection: ElasticsearchConnection,
): StoreAdapter<ElasticsearchStorage> {
  return elasticsearchStores(createElasticsearchClient(connection));
}

/** The same over a client of the caller's. */
export function elasticsearchStores(client: Client): StoreAdapter<ElasticsearchStorage> {
  return {
    open: ({ name, storage }, { alias, retryBudgetMs, writeRetryBudgetMs, onRetry }) =>
      elasticsearchGenerationStore(client, {
        projection: name,
        storage,
        readersAlias: alias ?? name,
        onRetry,
        ...(retryBudgetMs !== undefined && { retryBudgetMs }),
        ...(writeRetryBudgetMs !== undefined && { bulk: { retryBudgetMs: writeRetryBudgetMs } }),
      }),
    close: () => client.close(),
  };
}
