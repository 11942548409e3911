import type { Client } from '@elastic/elasticsearch';
import type { Pool } from 'pg';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { elasticsearchGenerationStore } from './elasticsearch/generation-store.ts';
import type { StoreRetry } from './elasticsearch/servers/requests.ts';
import type { GenerationStore } from './generation/generation.ts';
import { postgresGenerationStore } from './postgres/generation-store.ts';

export interface StoreServers {
  readonly client: Client;
  readonly pool: Pool;
  /** Read alias of an index; its projection's name if left out. A table is read through the view of its projection's name. */
  readonly alias?: string | undefined;
  /** How long transient faults of one call are retried, in milliseconds; each store's own default if left out. */
  readonly retryBudgetMs?: number;
  /** How long a write is retried without a single document getting through, in milliseconds. */
  readonly writeRetryBudgetMs?: number;
  /** Called for every fault that is being waited out. */
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
}

/** The store of a projection's generations, by what its storage asks for. The servers stay the caller's. */
export function openGenerationStore(
  { name, storage }: { readonly name: string; readonly storage: StorageDefinition },
  { client, pool, alias, retryBudgetMs, writeRetryBudgetMs, onRetry }: StoreServers,
): GenerationStore {
  switch (storage.kind) {
    case 'elasticsearch':
      return elasticsearchGenerationStore(client, {
        projection: name,
        storage,
        readersAlias: alias ?? name,
        onRetry,
        ...(retryBudgetMs !== undefined && { retryBudgetMs }),
        ...(writeRetryBudgetMs !== undefined && { bulk: { retryBudgetMs: writeRetryBudgetMs } }),
      });
    case 'postgres':
      return postgresGenerationStore(pool, {
        projection: name,
        storage,
        readersView: name,
        retry: { onRetry, ...(retryBudgetMs !== undefined && { budgetMs: retryBudgetMs }) },
      });
  }
}
