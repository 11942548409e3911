import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText } from '@reprise/read-model-documents';
import type { Projection } from '@reprise/read-model-projections';
import type { CategoryContributionDocument } from '../category-contribution-document.ts';
import { changedDocument } from '../changed-document.ts';
import { categorySummaryStorage } from './storage.ts';

/**
 * Categories summed up. The document is one product's contribution under the product's own version: categories collect
 * products of every partition, and between partitions there is no order that a running total could rely on.
 */
export const categorySummary: Projection<CategoryContributionDocument, ProductEvent> = {
  name: 'category_summary',
  version: 2,
  storage: categorySummaryStorage,
  events: productEvents,
  evolve,
};

function evolve(
  document: CategoryContributionDocument | undefined,
  event: ProductEvent,
): CategoryContributionDocument {
  const version = event.aggregateversion;
  if (event.type === 'product.created.v1') {
    const { categoryId, priceMinor, currency, stock } = event.data;
    return {
      productId: event.subject,
      version,
      status: 'draft',
      categoryId: composedText(categoryId),
      priceMinor,
      currency,
      stock,
    };
  }
  const before = changedDocument(document, event);
  const changed = { ...before, version };
  switch (event.type) {
    case 'product.details-changed.v1':
      return changed;
    case 'product.price-changed.v1': {
      const { priceMinor, currency } = event.data;
      return { ...changed, priceMinor, currency };
    }
    case 'product.category-changed.v1':
      return { ...changed, categoryId: composedText(event.data.categoryId) };
    case 'product.stock-adjusted.v1':
      return { ...changed, stock: before.stock + event.data.delta };
    case 'product.published.v1':
      return { ...changed, status: 'published' };
    case 'product.unpublished.v1':
      return { ...changed, status: 'draft' };
    case 'product.deleted.v1':
      return { ...changed, status: 'deleted' };
  }
}
