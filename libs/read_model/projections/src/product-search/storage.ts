import type { ElasticsearchStorage } from '@reprise/read-model-documents';

const keyword = { type: 'keyword', ignore_above: 1024 };

/** Core field types only, so that a bare server and a full distribution hold the same index. */
export const productSearchStorage: ElasticsearchStorage = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: {
    productId: { type: 'keyword' },
    title: { type: 'text', index_prefixes: { min_chars: 2, max_chars: 12 }, fields: { sort: keyword } },
    description: { type: 'text' },
    brand: { type: 'keyword', fields: { text: { type: 'text' } } },
    categoryId: { type: 'keyword' },
    priceMinor: { type: 'long' },
    currency: { type: 'keyword' },
    stock: { type: 'long' },
    tags: { type: 'keyword', fields: { text: { type: 'text' } } },
    status: { type: 'keyword' },
    version: { type: 'long' },
    createdAt: { type: 'date' },
    updatedAt: { type: 'date' },
  },
};
