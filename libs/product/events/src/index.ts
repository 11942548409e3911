export {
  eventSource,
  productAggregates,
  productAggregateType,
  productEvents,
  upcasters,
} from './product-contract.ts';
export { currencyPattern, productLimits } from './product-limits.ts';
export type {
  Price,
  ProductCategoryChanged,
  ProductCategoryChangedData,
  ProductCreated,
  ProductCreatedData,
  ProductDeleted,
  ProductDeletedData,
  ProductDetailsChanged,
  ProductDetailsChangedData,
  ProductEvent,
  ProductEventType,
  ProductPriceChanged,
  ProductPriceChangedData,
  ProductPublished,
  ProductPublishedData,
  ProductStockAdjusted,
  ProductStockAdjustedData,
  ProductUnpublished,
  ProductUnpublishedData,
} from './product-events.ts';
