export {
  decodeEvent,
  type DecodeFailure,
  type DecodeFailureReason,
  type DecodeResult,
} from './decode-event.ts';
export { encodeEvent, findViolation, InvalidEventError } from './encode-event.ts';
export {
  dataContentType,
  eventSource,
  productAggregateType,
  specVersion,
  type EventEnvelope,
} from './envelope.ts';
export { eventContentType, eventHeaders } from './event-headers.ts';
export { newEventId } from './event-id.ts';
export {
  currencyPattern,
  eventLimits,
  isTraceparent,
  textPattern,
  traceparentPattern,
} from './event-limits.ts';
export { isStorableText, nameOfKey, storableJson, storableText } from './outside-text.ts';
export {
  productEventTypes,
  type Price,
  type ProductCategoryChanged,
  type ProductCategoryChangedData,
  type ProductCreated,
  type ProductCreatedData,
  type ProductDeleted,
  type ProductDeletedData,
  type ProductDetailsChanged,
  type ProductDetailsChangedData,
  type ProductEvent,
  type ProductEventType,
  type ProductPriceChanged,
  type ProductPriceChangedData,
  type ProductPublished,
  type ProductPublishedData,
  type ProductStockAdjusted,
  type ProductStockAdjustedData,
  type ProductUnpublished,
  type ProductUnpublishedData,
} from './product-events.ts';
export type { SchemaViolation } from './schema-violation.ts';
export { envelopeSchema } from './schemas/envelope-schema.ts';
export { productEventSchemas } from './schemas/product-event-schemas.ts';
