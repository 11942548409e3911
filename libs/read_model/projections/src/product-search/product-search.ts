import type { ProductEvent } from '@reprise/events';
import type { ProductSearchDocument } from '@reprise/read-model-documents';
import type { Projection } from '../projection.ts';
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
  if (document === undefined) {
    throw new RangeError(
      `${event.type} is the first event of product ${event.subject}; only product.created.v1 can be`,
    );
  }
  switch (event.type) {
    case 'product.details-changed.v1': {
      const { title, description, brand, tags } = event.data;
      return {
        ...document,
        title: title ?? document.title,
        description: description ?? document.description,
        brand: brand ?? document.brand,
        tags: tags ?? document.tags,
        version,
        updatedAt,
      };
    }
    case 'product.price-changed.v1':
      return {
        ...document,
        priceMinor: event.data.priceMinor,
        currency: event.data.currency,
        version,
        updatedAt,
      };
    case 'product.category-changed.v1':
      return { ...document, categoryId: event.data.categoryId, version, updatedAt };
    case 'product.stock-adjusted.v1':
      return { ...document, stock: document.stock + event.data.delta, version, updatedAt };
    case 'product.published.v1':
      return { ...document, status: 'published', version, updatedAt };
    case 'product.unpublished.v1':
      return { ...document, status: 'draft', version, updatedAt };
    case 'product.deleted.v1':
      return { ...document, status: 'deleted', version, updatedAt };
  }
}
