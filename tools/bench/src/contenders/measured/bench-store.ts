import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  createReadModelPool,
  openGenerationStore,
  Registry,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { findProjection } from '@reprise/product-read-model';
import { readConfiguration } from '@reprise/runtime';
import type { ModelName, Task } from '../../child/task.ts';

/** A read model under a name, an alias or view and a registry of the run's own. */
export interface BenchReadModel {
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Name of the run's read model, and so of the alias or view the rebuild moves. */
export const readersAlias = (namespace: string, model: ModelName = 'product_search'): string =>
  `${namespace}_${model.replace('product_', '')}`;

/**
 * Opens what a rebuild works with. Its indices and tables are called after the namespace, so no other read model ever sees them,
 * unless the task says that they have their own names already.
 */
export function openBenchReadModel({
  namespace,
  readDatabaseUrl,
  model = 'product_search',
  searchAlias,
}: Task): BenchReadModel {
  const registered = findProjection(model);
  if (!registered) throw new Error(`there is no read model ${model}`);
  const own = readersAlias(namespace, model);
  const projection = searchAlias === undefined ? { ...registered, name: own } : registered;
  const client = createElasticsearchClient(readConfiguration(process.env, ['elasticsearch']).elasticsearch);
  const pool = createReadModelPool(readDatabaseUrl);
  const store = openGenerationStore(projection, {
    elasticsearch: elasticsearchStores(client),
    pool,
    alias: searchAlias ?? own,
  });
  return {
    projection,
    store,
    registry: new Registry(pool),
    close: async () => void (await Promise.allSettled([client.close(), pool.end()])),
  };
}
