import type { EventEnvelope } from '@reprise/events';

/** Money is an integer in the currency's minor unit (cents) beside its ISO 4217 code. */
export interface Price {
  readonly priceMinor: number;
  readonly currency: string;
}

export interface ProductCreatedData extends Price {
  readonly title: string;
  readonly description: string;
  readonly brand?: string;
  readonly categoryId: string;
  readonly stock: number;
  readonly tags: readonly string[];
}

/** Only the details that changed, at least one. */
export interface ProductDetailsChangedData {
  readonly title?: string;
  readonly description?: string;
  readonly brand?: string;
  readonly tags?: readonly string[];
}

export type ProductPriceChangedData = Price;

export interface ProductCategoryChangedData {
  readonly categoryId: string;
}

/** `delta` is signed and never 0. */
export interface ProductStockAdjustedData {
  readonly delta: number;
  readonly reason?: string;
}

export type ProductPublishedData = Readonly<Record<string, never>>;

export type ProductUnpublishedData = Readonly<Record<string, never>>;

export interface ProductDeletedData {
  readonly reason?: string;
}

type ProductEnvelope<Type extends string, Data> = EventEnvelope<Type, Data, 'product'>;

export type ProductCreated = ProductEnvelope<'product.created.v1', ProductCreatedData>;
export type ProductDetailsChanged = ProductEnvelope<'product.details-changed.v1', ProductDetailsChangedData>;
export type ProductPriceChanged = ProductEnvelope<'product.price-changed.v1', ProductPriceChangedData>;
export type ProductCategoryChanged = ProductEnvelope<
  'product.category-changed.v1',
  ProductCategoryChangedData
>;
export type ProductStockAdjusted = ProductEnvelope<'product.stock-adjusted.v1', ProductStockAdjustedData>;
export type ProductPublished = ProductEnvelope<'product.published.v1', ProductPublishedData>;
export type ProductUnpublished = ProductEnvelope<'product.unpublished.v1', ProductUnpublishedData>;
export type ProductDeleted = ProductEnvelope<'product.deleted.v1', ProductDeletedData>;

export type ProductEvent =
  | ProductCreated
  | ProductDetailsChanged
  | ProductPriceChanged
  | ProductCategoryChanged
  | ProductStockAdjusted
  | ProductPublished
  | ProductUnpublished
  | ProductDeleted;

export type ProductEventType = ProductEvent['type'];
