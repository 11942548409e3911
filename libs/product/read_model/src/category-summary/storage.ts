import type { PostgresStorage } from '@reprise/read-model-documents';
import type { CategoryContributionDocument } from '../category-contribution-document.ts';

/**
 * One row per product, its contribution; readers see one row per category and currency, summed up when they ask. Amounts of
 * different currencies are never compared. Prices and stock are those of published products: what a shopper could buy.
 */
export const categorySummaryStorage: PostgresStorage<CategoryContributionDocument> = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'productId', type: 'text' },
    { field: 'version', type: 'integer' },
    { field: 'status', type: 'text' },
    { field: 'categoryId', type: 'text' },
    { field: 'priceMinor', type: 'bigint' },
    { field: 'currency', type: 'text' },
    { field: 'stock', type: 'bigint' },
  ],
  indexes: [['categoryId', 'currency']],
  view: `
    SELECT category_id,
           currency,
           count(*)::integer AS products,
           count(*) FILTER (WHERE status = 'published')::integer AS published,
           count(*) FILTER (WHERE status = 'published' AND stock > 0)::integer AS available,
           coalesce(sum(stock) FILTER (WHERE status = 'published'), 0)::bigint AS stock,
           min(price_minor) FILTER (WHERE status = 'published') AS lowest_price_minor,
           max(price_minor) FILTER (WHERE status = 'published') AS highest_price_minor
      FROM {table}
     WHERE status <> 'deleted'
     GROUP BY category_id, currency`,
};
