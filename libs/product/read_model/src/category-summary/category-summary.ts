import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText } from '@reprise/read-model-documents';
import { defineProjection, put } from '@reprise/read-model-projections';
import type { CategoryContributionDocument } from '../category-contribution-document.ts';
import { categorySummaryStorage } from './storage.ts';

/**
 * Categories summed up. The document is one product's contribution under the product's own version: categories collect
 * products of every partition, and between partitions there is no order that a running total could rely on.
 */
export const categorySummary = defineProjection(productEvents, {
  name: 'category_summary',
  version: 2,
  aggregate: 'product',
  storage: categorySummaryStorage,
  on: {
    'product.created.v1': ({ subject, aggregateversion, data }) => {
      const { categoryId, priceMinor, currency, stock } = data;
      return put({
        productId: subject,
        version: aggregateversion,
        status: 'draft',
        categoryId: composedText(categoryId),
        priceMinor,
        currency,
        stock,
      });
    },
    'product.details-changed.v1': (event, before) => changed(before, event, {}),
    'product.price-changed.v1': (event, before) => {
      const { priceMinor, currency } = event.data;
      return changed(before, event, { priceMinor, currency });
    },
    'product.category-changed.v1': (event, before) =>
      changed(before, event, { categoryId: composedText(event.data.categoryId) }),
    'product.stock-adjusted.v1': (event, before) =>
      changed(before, event, { stock: before.stock + event.data.delta }),
    'product.published.v1': (event, before) => changed(before, event, { status: 'published' }),
    'product.unpublished.v1': (event, before) => changed(before, event, { status: 'draft' }),
    'product.deleted.v1': (event, before) => changed(before, event, { status: 'deleted' }),
  },
});

function changed(
  before: CategoryContributionDocument,
  { aggregateversion }: ProductEvent,
  fields: Partial<CategoryContributionDocument>,
) {
  return put({ ...before, ...fields, version: aggregateversion });
}
