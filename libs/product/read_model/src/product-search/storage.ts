import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { ProductSearchDocument } from '../product-search-document.ts';

/**
 * Words whose score depends on nothing but their own document: it stays the same whatever is written beside it, and in every copy,
 * so that a search by relevance can be paged.
 */
const words = { type: 'text', similarity: 'boolean', norms: false };
const titleWords = { ...words, index_prefixes: { min_chars: 2, max_chars: 12 } };

/** Core field types and analysers only, so that a bare server and a full distribution hold the same index. */
export const productSearchStorage: ElasticsearchStorage<ProductSearchDocument> = {
  kind: 'elasticsearch',
  schemaVersion: 2,
  properties: {
    productId: { type: 'keyword' },
    title: titleWords,
    description: words,
    brand: { type: 'keyword', fields: { text: words } },
    categoryId: { type: 'keyword' },
    priceMinor: { type: 'long' },
    currency: { type: 'keyword' },
    stock: { type: 'long' },
    tags: { type: 'keyword', fields: { text: words } },
    status: { type: 'keyword' },
    version: { type: 'long' },
    createdAt: { type: 'date' },
    updatedAt: { type: 'date' },
    // Never too long for a term (`sortText`), so that no title drops out of the order.
    titleSort: { type: 'keyword' },
    folded: { properties: { title: titleWords, description: words, brand: words, tags: words } },
  },
};
