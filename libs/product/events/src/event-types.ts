import {
  jsonData,
  textPattern,
  type EventTypeDefinition,
  type JsonData,
  type JsonSchema,
} from '@reprise/events';
import type {
  ProductCategoryChangedData,
  ProductCreatedData,
  ProductDeletedData,
  ProductDetailsChangedData,
  ProductPriceChangedData,
  ProductPublishedData,
  ProductStockAdjustedData,
  ProductUnpublishedData,
} from './product-events.ts';
import { currencyPattern, productLimits } from './product-limits.ts';

const text = (limits: { minLength: number; maxLength: number }): JsonSchema => ({
  type: 'string',
  ...limits,
  pattern: textPattern,
});
const title = text(productLimits.title);
const description = text(productLimits.description);
const brand = text(productLimits.brand);
const categoryId = text(productLimits.categoryId);
const reason = text(productLimits.reason);
const tags = { type: 'array', ...productLimits.tags, items: text(productLimits.tag) };
const priceMinor = { type: 'integer', ...productLimits.priceMinor, description: 'Minor units, e.g. cents.' };
const currency = { type: 'string', pattern: currencyPattern, description: 'ISO 4217 alphabetic code.' };
const stock = { type: 'integer', ...productLimits.stock };

const data = <Data>(
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
  more: JsonSchema = {},
): JsonData<Data> => jsonData({ type: 'object', properties, required, additionalProperties: false, ...more });

/** The types in the order of a product's life. */
export const productEventTypes = {
  'product.created.v1': {
    title: 'Product created',
    description: 'The first event of every product, and only the first: its aggregateversion is 1.',
    begins: true,
    data: data<ProductCreatedData>(
      { title, description, brand, categoryId, priceMinor, currency, stock, tags },
      ['title', 'description', 'categoryId', 'priceMinor', 'currency', 'stock', 'tags'],
    ),
  },
  'product.details-changed.v1': {
    title: 'Product details changed',
    description: 'Carries only the details that changed, at least one. `tags` replaces the whole list.',
    data: data<ProductDetailsChangedData>({ title, description, brand, tags }, [], { minProperties: 1 }),
  },
  'product.price-changed.v1': {
    title: 'Product price changed',
    description: 'The new price.',
    data: data<ProductPriceChangedData>({ priceMinor, currency }, ['priceMinor', 'currency']),
  },
  'product.category-changed.v1': {
    title: 'Product category changed',
    description: 'The new category.',
    data: data<ProductCategoryChangedData>({ categoryId }, ['categoryId']),
  },
  'product.stock-adjusted.v1': {
    title: 'Product stock adjusted',
    description: 'A signed change of the stock level, never 0. The aggregate keeps the level at 0 or above.',
    data: data<ProductStockAdjustedData>(
      { delta: { type: 'integer', ...productLimits.stockDelta, not: { const: 0 } }, reason },
      ['delta'],
    ),
  },
  'product.published.v1': {
    title: 'Product published',
    description: 'The product can now be found.',
    data: data<ProductPublishedData>({}),
  },
  'product.unpublished.v1': {
    title: 'Product unpublished',
    description: 'The product is a draft again.',
    data: data<ProductUnpublishedData>({}),
  },
  'product.deleted.v1': {
    title: 'Product deleted',
    description: 'The last event of a product: nothing follows it.',
    ends: true,
    data: data<ProductDeletedData>({ reason }),
  },
} as const satisfies Readonly<Record<string, EventTypeDefinition>>;
