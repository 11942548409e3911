import type { Client } from '@elastic/elasticsearch';
import type { Pool } from 'pg';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { elasticsearchGenerationStore } from './elasticsearch/generation-store.ts';
import type { GenerationStore } from './generation.ts';
import { postgresGenerationStore } from './postgres/generation-store.ts';

export interface StoreServers {
  readonly client: Client;
  readonly pool: Pool;
  /** Alias readers of the search index use; readers of a table use the view of the projection's name. */
  readonly searchAlias: string;
}

/** The store of a projection's generations, by what its storage asks for. The servers stay the caller's. */
export function openGenerationStore(
  { name, storage }: { readonly name: string; readonly storage: StorageDefinition },
  { client, pool, searchAlias }: StoreServers,
): GenerationStore {
  switch (storage.kind) {
    case 'elasticsearch':
      return elasticsearchGenerationStore(client, { projection: name, storage, readersAlias: searchAlias });
    case 'postgres':
      return postgresGenerationStore(pool, { projection: name, storage, readersView: name });
  }
}
