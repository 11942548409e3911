import type { Client } from '@elastic/elasticsearch';
import type { Pool } from 'pg';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { elasticsearchGenerationStore } from './elasticsearch/generation-store.ts';
import type { GenerationStore } from './generation.ts';

export interface StoreServers {
  readonly client: Client;
  readonly pool: Pool;
  /** Alias readers of the search index use. */
  readonly searchAlias: string;
}

/** The store of a projection's generations, by what its storage asks for. The servers stay the caller's. */
export function openGenerationStore(
  { name, storage }: { readonly name: string; readonly storage: StorageDefinition },
  { client, searchAlias }: StoreServers,
): GenerationStore {
  switch (storage.kind) {
    case 'elasticsearch':
      return elasticsearchGenerationStore(client, { projection: name, storage, readersAlias: searchAlias });
    case 'postgres':
      throw new Error(`no store for ${storage.kind} yet`);
  }
}
