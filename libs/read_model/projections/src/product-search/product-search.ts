import type { ProductEvent } from '@reprise/events';
import type { ProductSearchDocument } from '@reprise/read-model-documents';
import { changedDocument, type Projection } from '../projection.ts';
import { productSearchStorage } from './storage.ts';

/** The search index: one document per product, tombstones for deleted ones. */
export const productSearch: Projection<ProductSearchDocument> = {
  name: 'product_search',
  version: 1,
  storage: productSearchStorage,
  evolve,
};

function evolve(document: ProductSearchDocument | undefined, event: ProductEvent): ProductSearchDocument {
  const version = event.aggregateversion;
  const updatedAt = event.time;
  if (event.type === 'product.created.v1') {
    const { title, description, brand, categoryId, priceMinor, currency, stock, tags } = event.data;
    return {
      productId: event.subject,
      title,
      description,
      brand: brand ?? null,
      categoryId,
      priceMinor,
      currency,
      stock,
      tags,
      status: 'draft',
      version,
      createdAt: event.time,
      updatedAt,
    };
  }
  const before = changedDocument(document, event);
  switch (event.type) {
    case 'product.details-changed.v1': {
      const { title, description, brand, tags } = event.data;
      return {
        ...before,
        title: title ?? before.title,
        description: description ?? before.description,
        brand: brand ?? before.brand,
        tags: tags ?? before.tags,
        version,
        updatedAt,
      };
    }
    case 'product.price-changed.v1':
      return {
        ...before,
        priceMinor: event.data.priceMinor,
        currency: event.data.currency,
        version,
        updatedAt,
      };
    case 'product.category-changed.v1':
      return { ...before, categoryId: event.data.categoryId, version, updatedAt };
    case 'product.stock-adjusted.v1':
      return { ...before, stock: before.stock + event.data.delta, version, updatedAt };
    case 'product.published.v1':
      return { ...before, status: 'published', version, updatedAt };
    case 'product.unpublished.v1':
      return { ...before, status: 'draft', version, updatedAt };
    case 'product.deleted.v1':
      return { ...before, status: 'deleted', version, updatedAt };
  }
}
