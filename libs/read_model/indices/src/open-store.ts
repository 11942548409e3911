import type { Pool } from 'pg';
import type { ElasticsearchStorage, StorageDefinition } from '@reprise/read-model-documents';
import { ConfigurationError } from '@reprise/runtime';
import type { GenerationStore } from './generation/generation.ts';
import { postgresGenerationStore } from './postgres/generation-store.ts';
import type { OwnStore, StoreAdapter, StoreOptions } from './store-adapter.ts';

export interface StoreServers extends StoreOptions {
  readonly pool: Pool;
  /** The adapter of Elasticsearch, of whoever has read models there. */
  readonly elasticsearch?: StoreAdapter<ElasticsearchStorage> | undefined;
  /** Aborts when the pool is about to end: a call that is being tried again then would outlive it. */
  readonly closing?: AbortSignal;
}

/**
 * The store of a projection's generations, by what its storage asks for. The servers stay the caller's.
 * @throws ConfigurationError for an index without the adapter of Elasticsearch
 */
export function openGenerationStore(
  { name, storage }: { readonly name: string; readonly storage: StorageDefinition },
  { pool, elasticsearch, closing, ...options }: StoreServers,
): GenerationStore {
  switch (storage.kind) {
    case 'elasticsearch':
      if (elasticsearch === undefined)
        throw new ConfigurationError([`${name} is stored in Elasticsearch, and no adapter of it was given`]);
      return elasticsearch.open({ name, storage }, options);
    case 'postgres': {
      const { onRetry, retryBudgetMs } = options;
      return postgresGenerationStore(pool, {
        projection: name,
        storage,
        readersView: name,
        retry: {
          onRetry,
          ...(closing && { signal: closing }),
          ...(retryBudgetMs !== undefined && { budgetMs: retryBudgetMs }),
        },
      });
    }
    default:
      return storage.open({ name }, options) as OwnStore;
  }
}
