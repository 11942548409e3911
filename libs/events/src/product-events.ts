import type { EventEnvelope } from './envelope.ts';

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

export type ProductCreated = EventEnvelope<'product.created.v1', ProductCreatedData>;
export type ProductDetailsChanged = EventEnvelope<'product.details-changed.v1', ProductDetailsChangedData>;
export type ProductPriceChanged = EventEnvelope<'product.price-changed.v1', ProductPriceChangedData>;
export type ProductCategoryChanged = EventEnvelope<'product.category-changed.v1', ProductCategoryChangedData>;
export type ProductStockAdjusted = EventEnvelope<'product.stock-adjusted.v1', ProductStockAdjustedData>;
export type ProductPublished = EventEnvelope<'product.published.v1', ProductPublishedData>;
export type ProductUnpublished = EventEnvelope<'product.unpublished.v1', ProductUnpublishedData>;
export type ProductDeleted = EventEnvelope<'product.deleted.v1', ProductDeletedData>;

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

/** The current types, in the order of a product's life. Older versions are upcast to these when they are read. */
export const productEventTypes: readonly ProductEventType[] = [
  'product.created.v1',
  'product.details-changed.v1',
  'product.price-changed.v1',
  'product.category-changed.v1',
  'product.stock-adjusted.v1',
  'product.published.v1',
  'product.unpublished.v1',
  'product.deleted.v1',
];
