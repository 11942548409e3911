import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText, toMilliseconds } from '@reprise/read-model-documents';
import { defineProjection, put } from '@reprise/read-model-projections';
import type { ProductSummaryDocument } from '../product-summary-document.ts';
import { productSummaryStorage } from './storage.ts';

/** The products as a table: what lists, exports and joins need. */
export const productSummary = defineProjection(productEvents, {
  name: 'product_summary',
  version: 2,
  aggregate: 'product',
  storage: productSummaryStorage,
  on: {
    'product.created.v1': ({ subject, aggregateversion, time, data }) => {
      const { title, brand, categoryId, priceMinor, currency, stock } = data;
      return put({
        productId: subject,
        version: aggregateversion,
        status: 'draft',
        title: composedText(title),
        brand: brand === undefined ? null : composedText(brand),
        categoryId: composedText(categoryId),
        priceMinor,
        currency,
        stock,
        publishedAt: null,
        createdAt: toMilliseconds(time),
        updatedAt: toMilliseconds(time),
      });
    },
    'product.details-changed.v1': (event, before) => {
      const { title, brand } = event.data;
      return changed(before, event, {
        title: composedText(title ?? before.title),
        brand: brand === undefined ? before.brand : composedText(brand),
      });
    },
    'product.price-changed.v1': (event, before) => {
      const { priceMinor, currency } = event.data;
      return changed(before, event, { priceMinor, currency });
    },
    'product.category-changed.v1': (event, before) =>
      changed(before, event, { categoryId: composedText(event.data.categoryId) }),
    'product.stock-adjusted.v1': (event, before) =>
      changed(before, event, { stock: before.stock + event.data.delta }),
    'product.published.v1': (event, before) =>
      changed(before, event, { status: 'published', publishedAt: toMilliseconds(event.time) }),
    'product.unpublished.v1': (event, before) =>
      changed(before, event, { status: 'draft', publishedAt: null }),
    'product.deleted.v1': (event, before) => changed(before, event, { status: 'deleted' }),
  },
});

function changed(
  before: ProductSummaryDocument,
  { aggregateversion, time }: ProductEvent,
  fields: Partial<ProductSummaryDocument>,
) {
  return put({ ...before, ...fields, version: aggregateversion, updatedAt: toMilliseconds(time) });
}
