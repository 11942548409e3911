import { ownEventStore } from '@reprise/events';
import { aggregateHistory, EventStore } from '@reprise/read-model-feed';
import {
  assertReadModelMigrated,
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  Registry,
} from '@reprise/read-model-indices';
import { findProjection } from '@reprise/product-read-model';
import { defaultGateLimits, rebuildReadModel, type Receipt } from '@reprise/read-model-rebuild';
import { endpointSettings, readSettings } from '@reprise/runtime';

/** Rebuilds the search index as a part of another program and reports progress. */
export async function rebuildSearch(
  env: NodeJS.ProcessEnv,
  { signal, report }: { readonly signal: AbortSignal; readonly report: (line: string) => void },
): Promise<Receipt> {
  const settings = readSettings(env, (read) => ({
    ...endpointSettings(read, ['kafka', 'elasticsearch', 'readModelDatabase', 'eventStoreDatabase']),
    topic: read.topic('PRODUCT_EVENTS_TOPIC', 'product.events'),
    searchAlias: read.alias('SEARCH_ALIAS', 'product_search'),
  }));
  const client = createElasticsearchClient(settings.elasticsearch);
  const pool = createReadModelPool(settings.readModelDatabaseUrl);
  const eventStore = new EventStore({
    pool: createReadModelPool(settings.eventStoreDatabaseUrl),
    table: ownEventStore,
    setting: 'EVENT_STORE_DATABASE_URL',
  });
  const registry = new Registry(pool);
  const projection = findProjection('product_search')!;
  try {
    await assertReadModelMigrated(pool, { budgetMs: 10_000 });
    const { receipt } = await rebuildReadModel(
      {
        projection,
        mode: 'APPLY',
        source: 'auto',
        promote: true,
        resume: 'auto',
        batchSize: 200,
        workers: 1,
        memoryBytes: 512 * 1024 * 1024,
        gate: defaultGateLimits,
      },
      {
        kafka: settings.kafka,
        topic: settings.topic,
        registry,
        store: openGenerationStore(projection, { client, pool, alias: settings.searchAlias }),
        history: aggregateHistory(eventStore, projection.events, registry.letterActions.discardedOf),
        eventStore,
      },
      {
        signal,
        onProgress: ({ step, percent }) => report(`${step}: ${percent} % of the log read`),
        onNotice: report,
      },
    );
    return receipt;
  } finally {
    await Promise.allSettled([client.close(), pool.end(), eventStore.pool.end()]);
  }
}
