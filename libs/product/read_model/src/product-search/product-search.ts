import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText, foldedText, isPlainText, sortText } from '@reprise/read-model-documents';
import type { Projection } from '@reprise/read-model-projections';
import type { FoldedTexts, ProductSearchDocument } from '../product-search-document.ts';
import { changedDocument } from '../changed-document.ts';
import { productSearchStorage } from './storage.ts';

/** The search index: one document per product, tombstones for deleted ones. */
export const productSearch: Projection<ProductSearchDocument, ProductEvent> = {
  name: 'product_search',
  version: 2,
  storage: productSearchStorage,
  events: productEvents,
  evolve,
};

function evolve(document: ProductSearchDocument | undefined, event: ProductEvent): ProductSearchDocument {
  const version = event.aggregateversion;
  const updatedAt = event.time;
  if (event.type === 'product.created.v1') {
    const { title, description, brand, categoryId, priceMinor, currency, stock, tags } = event.data;
    return {
      productId: event.subject,
      ...searchedTexts({ title, description, brand: brand ?? null, tags }),
      categoryId: composedText(categoryId),
      priceMinor,
      currency,
      stock,
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
        ...searchedTexts({
          title: title ?? before.title,
          description: description ?? before.description,
          brand: brand ?? before.brand,
          tags: tags ?? before.tags,
        }),
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
      return { ...before, categoryId: composedText(event.data.categoryId), version, updatedAt };
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

type Texts = Pick<ProductSearchDocument, 'title' | 'description' | 'brand' | 'tags'>;

/** The texts in their one form, and what they are searched and sorted by. */
function searchedTexts(given: Texts): Texts & Pick<ProductSearchDocument, 'titleSort' | 'folded'> {
  const titleSort = sortText(given.title);
  const { title, description, brand, tags } = given;
  if ([title, description, brand ?? '', ...tags].every(isPlainText))
    return { ...given, titleSort, folded: null };
  return { ...eachText(given, composedText), titleSort, folded: eachText(given, foldedText) };
}

function eachText({ title, description, brand, tags }: Texts, change: (text: string) => string): FoldedTexts {
  return {
    title: change(title),
    description: change(description),
    brand: brand === null ? null : change(brand),
    tags: tags.map(change),
  };
}
