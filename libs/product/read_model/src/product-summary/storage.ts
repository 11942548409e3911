import type { PostgresStorage } from '@reprise/read-model-documents';
import type { ProductSummaryDocument } from '../product-summary-document.ts';

/** One row per product, tombstones among them; readers see the products that are not deleted. */
export const productSummaryStorage: PostgresStorage<ProductSummaryDocument> = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'productId', type: 'text' },
    { field: 'version', type: 'integer' },
    { field: 'status', type: 'text' },
    { field: 'title', type: 'text' },
    { field: 'brand', type: 'text', nullable: true },
    { field: 'categoryId', type: 'text' },
    { field: 'priceMinor', type: 'bigint' },
    { field: 'currency', type: 'text' },
    { field: 'stock', type: 'bigint' },
    { field: 'publishedAt', type: 'timestamptz', nullable: true },
    { field: 'createdAt', type: 'timestamptz' },
    { field: 'updatedAt', type: 'timestamptz' },
  ],
  indexes: [['categoryId'], ['updatedAt']],
  view: `
    SELECT product_id, version, status, title, brand, category_id, price_minor, currency, stock, published_at, created_at,
           updated_at
      FROM {table}
     WHERE status <> 'deleted'`,
};
