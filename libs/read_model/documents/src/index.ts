export type { ProductStatus, ReadModelDocument } from './read-model-document.ts';
export type {
  ElasticsearchStorage,
  PostgresColumn,
  PostgresStorage,
  StorageDefinition,
} from './storage-definition.ts';
export { canonicalJson } from './canonical-json.ts';
export { composedText, foldedText, isPlainText, sortText } from './folded-text.ts';
export {
  BucketSums,
  bucketCount,
  bucketOf,
  digestOfBuckets,
  documentDigest,
  type BucketDigest,
  type DocumentDigest,
} from './document-digest.ts';
