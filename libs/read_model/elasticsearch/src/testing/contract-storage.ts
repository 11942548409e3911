import type { ElasticsearchStorage } from '@reprise/read-model-documents';

/** Storage of the documents that the store contract writes. */
export const contractStorage: ElasticsearchStorage = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: {
    productId: { type: 'keyword' },
    version: { type: 'long' },
    status: { type: 'keyword' },
    title: { type: 'text' },
    stock: { type: 'integer' },
  },
};
