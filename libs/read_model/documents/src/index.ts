export type { Tombstone, VersionedDocument } from './versioned-document.ts';
export type {
  ElasticsearchStorage,
  PostgresColumn,
  OwnStorage,
  PostgresStorage,
  StorageDefinition,
} from './storage-definition.ts';
export {
  columnName,
  elasticsearchIndex,
  postgresTable,
  type ColumnsOf,
  type MappingsOf,
  type TableOptions,
} from './declare-storage.ts';
export { canonicalJson } from './canonical-json.ts';
export { isInMilliseconds, toMilliseconds } from './event-time.ts';
export { composedText, foldedText, isPlainText, sortText } from './folded-text.ts';
export {
  BucketSums,
  bucketCount,
  bucketOf,
  contentDigest,
  contentText,
  digestOfBuckets,
  documentDigest,
  type BucketDigest,
  type DocumentDigest,
} from './document-digest.ts';
