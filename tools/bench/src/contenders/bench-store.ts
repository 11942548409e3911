import {
  createElasticsearchClient,
  createReadModelPool,
  openGenerationStore,
  Registry,
  type GenerationStore,
} from '@reprise/read-model-indices';
import { productSearch, type Projection } from '@reprise/read-model-projections';
import { readConfiguration } from '@reprise/runtime';
import type { Task } from '../child/task.ts';

/** The search read model under a name, an alias and a registry of the run's own. */
export interface BenchReadModel {
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Name of the run's read model, and so of the alias the rebuild moves. */
export const readersAlias = (namespace: string): string => `${namespace}_search`;

/** Opens what a rebuild works with. Its indices are called after the namespace, so no other read model ever sees them. */
export function openBenchReadModel({ namespace, readDatabaseUrl }: Task): BenchReadModel {
  const projection = { ...productSearch, name: readersAlias(namespace) } as unknown as Projection;
  const client = createElasticsearchClient(readConfiguration(process.env, ['elasticsearch']).elasticsearch);
  const pool = createReadModelPool(readDatabaseUrl);
  const store = openGenerationStore(projection, { client, pool, searchAlias: readersAlias(namespace) });
  return {
    projection,
    store,
    registry: new Registry(pool),
    close: async () => void (await Promise.allSettled([client.close(), pool.end()])),
  };
}
