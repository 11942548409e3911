import type { PostgresStorage } from '@reprise/read-model-documents';

/** Storage of the documents that the store contract writes. */
export const contractStorage: PostgresStorage = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'productId', type: 'uuid' },
    { field: 'version', type: 'integer' },
    { field: 'status', type: 'text' },
    { field: 'title', type: 'text' },
    { field: 'stock', type: 'integer' },
  ],
  indexes: [['status', 'title']],
  view: `SELECT product_id, title, stock FROM {table} WHERE status = 'published'`,
};
