import { Client } from '@elastic/elasticsearch';
import type { StorageDefinition } from '@reprise/read-model-documents';
import { Pool } from 'pg';
import { openGenerationStore } from './open-store.ts';

const servers = {
  client: new Client({ node: 'http://localhost:1' }),
  pool: new Pool(),
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
  it('is the configured one, or that of the projection’s name', () => {
    const projection = { name: 'product_search', storage: index };
    expect(openGenerationStore(projection, { ...servers, alias: 'configured' }).readers).toBe('configured');
    expect(openGenerationStore(projection, servers).readers).toBe('product_search');
  });
});
