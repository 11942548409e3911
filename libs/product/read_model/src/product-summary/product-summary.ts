import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText } from '@reprise/read-model-documents';
import type { Projection } from '@reprise/read-model-projections';
import type { ProductSummaryDocument } from '../product-summary-document.ts';
import { changedDocument } from '../changed-document.ts';
import { productSummaryStorage } from './storage.ts';

/** The products as a table: what lists, exports and joins need. */
export const productSummary: Projection<ProductSummaryDocument, ProductEvent> = {
  name: 'product_summary',
  version: 2,
  storage: productSummaryStorage,
  events: productEvents,
  evolve,
};

function evolve(document: ProductSummaryDocument | undefined, event: ProductEvent): ProductSummaryDocument {
  const version = event.aggregateversion;
  const updatedAt = toMilliseconds(event.time);
  if (event.type === 'product.created.v1') {
    const { title, brand, categoryId, priceMinor, currency, stock } = event.data;
    return {
      productId: event.subject,
      version,
      status: 'draft',
      title: composedText(title),
      brand: brand === undefined ? null : composedText(brand),
      categoryId: composedText(categoryId),
      priceMinor,
      currency,
      stock,
      publishedAt: null,
      createdAt: updatedAt,
      updatedAt,
    };
  }
  const before = changedDocument(document, event);
  const changed = { ...before, version, updatedAt };
  switch (event.type) {
    case 'product.details-changed.v1': {
      const { title, brand } = event.data;
      return {
        ...changed,
        title: composedText(title ?? before.title),
        brand: brand === undefined ? before.brand : composedText(brand),
      };
    }
    case 'product.price-changed.v1': {
      const { priceMinor, currency } = event.data;
      return { ...changed, priceMinor, currency };
    }
    case 'product.category-changed.v1':
      return { ...changed, categoryId: composedText(event.data.categoryId) };
    case 'product.stock-adjusted.v1':
      return { ...changed, stock: before.stock + event.data.delta };
    case 'product.published.v1':
      return { ...changed, status: 'published', publishedAt: updatedAt };
    case 'product.unpublished.v1':
      return { ...changed, status: 'draft', publishedAt: null };
    case 'product.deleted.v1':
      return { ...changed, status: 'deleted' };
  }
}

/** The one notation of a time that a timestamp column gives back as it was; an event's may have fewer or more digits. */
function toMilliseconds(time: string): string {
  return new Date(time).toISOString();
}
