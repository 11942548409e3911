export type { DomainEvent } from './domain-event.ts';
export {
  defineEvents,
  type Aggregates,
  type BeginsOf,
  type EventsOf,
  type EventsOptions,
  type OptionalOf,
} from './contract/define-events.ts';
export type {
  AttributesApart,
  EventContract,
  EventTypeDefinition,
  LifeSoFar,
  ReadResult,
  VersionSource,
} from './contract/event-contract.ts';
export {
  ignored,
  jsonData,
  type DataOf,
  type DataSchema,
  type Ignored,
  type JsonData,
  type StandardSchema,
} from './contract/data-schema.ts';
export { eventStoreTable, ownEventStore } from './event-store/declare-table.ts';
export type {
  AttributeColumns,
  EnvelopeColumns,
  EventStoreTable,
  EventStoreTableOptions,
  RowValue,
  StoredAttributes,
  StoredEnvelope,
  StoredPlace,
  StoredText,
  TableName,
} from './event-store/event-store-table.ts';
export { InvalidEventError } from './contract/encode-event.ts';
export type { Upcaster, UpcastResult } from './contract/upcaster.ts';
export {
  cloudEvents,
  type CloudEventAttributes,
  type CloudEventsOptions,
  type EventEnvelope,
} from './readers/cloud-events.ts';
export { debeziumOutbox, type DebeziumOutboxOptions } from './readers/declared/debezium-outbox.ts';
export type { DeclaredAttributes } from './readers/declared/declared-reader.ts';
export {
  readerOf,
  type EventAttributes,
  type OwnReaderOptions,
  type ReadRecord,
} from './readers/declared/own-reader.ts';
export type { Place, Places } from './readers/declared/place.ts';
export { plainJson, type PlainJsonOptions } from './readers/declared/plain-json.ts';
export { dataContentType, specVersion } from './readers/cloud-events-schema.ts';
export type { EnvelopeReader, Opened, RecordContext } from './readers/envelope-reader.ts';
export type { JsonObject, OpenFailure, ReadFailureReason } from './readers/open-failure.ts';
export { eventContentType, eventHeaders } from './event-headers.ts';
export { someOf, type LogBatch, type LogCursor, type LogSlice, type LogSource } from './log/log-source.ts';
export { canaryAggregateType, canaryCount, canaryEventType, canaryId, isCanary } from './canary/canary.ts';
export { partitionOfKey } from './log/partition-of-key.ts';
export { newEventId } from './event-id.ts';
export { attributeLimits, isTraceparent, textPattern, traceparentPattern } from './attribute-limits.ts';
export { isStorableText, nameOfKey, storableJson, storableText } from './outside-text.ts';
export type { SchemaViolation } from './schemas/schema-violation.ts';
export { schemaDialect, schemaId, type JsonSchema } from './schemas/json-schema.ts';
export { isDateTime } from './schemas/date-time.ts';
