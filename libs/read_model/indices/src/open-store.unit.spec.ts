import { Client } from '@elastic/elasticsearch';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { Pool } from 'pg';
import { openGenerationStore } from './open-store.ts';

const servers = {
  client: new Client({ node: 'http://localhost:1' }),
  pool: new Pool(),
  searchAlias: 'configured',
};
const index: StorageDefinition = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: { productId: { type: 'keyword' } },
};

afterAll(async () => {
  await servers.client.close();
  await servers.pool.end();
});

describe('the alias readers use', () => {
  it('is the configured one for the search index and its own name for any other index', () => {
    expect(openGenerationStore({ name: 'product_search', storage: index }, servers).readers).toBe(
      'configured',
    );
    expect(openGenerationStore({ name: 'product_suggestions', storage: index }, servers).readers).toBe(
      'product_suggestions',
    );
  });
});
