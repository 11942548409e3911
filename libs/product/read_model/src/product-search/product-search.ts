import { productEvents, type ProductEvent } from '@reprise/product-events';
import { composedText, foldedText, isPlainText, sortText } from '@reprise/read-model-documents';
import { defineProjection, put } from '@reprise/read-model-projections';
import type { FoldedTexts, ProductSearchDocument } from '../product-search-document.ts';
import { productSearchStorage } from './storage.ts';

/** The search index: one document per product, which stays where it is, as deleted, when the product is gone. */
export const productSearch = defineProjection(productEvents, {
  name: 'product_search',
  version: 2,
  aggregate: 'product',
  storage: productSearchStorage,
  on: {
    'product.created.v1': ({ subject, aggregateversion, time, data }) => {
      const { title, description, brand, categoryId, priceMinor, currency, stock, tags } = data;
      return put({
        productId: subject,
        ...searchedTexts({ title, description, brand: brand ?? null, tags }),
        categoryId: composedText(categoryId),
        priceMinor,
        currency,
        stock,
        status: 'draft',
        version: aggregateversion,
        createdAt: time,
        updatedAt: time,
      });
    },
    'product.details-changed.v1': (event, before) => {
      const { title, description, brand, tags } = event.data;
      const texts = searchedTexts({
        title: title ?? before.title,
        description: description ?? before.description,
        brand: brand ?? before.brand,
        tags: tags ?? before.tags,
      });
      return changed(before, event, texts);
    },
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
  before: ProductSearchDocument,
  { aggregateversion, time }: ProductEvent,
  fields: Partial<ProductSearchDocument>,
) {
  return put({ ...before, ...fields, version: aggregateversion, updatedAt: time });
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
