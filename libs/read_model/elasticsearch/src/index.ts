export { type BulkWriterOptions } from './bulk/bulk-writer.ts';
export { connectElasticsearch, elasticsearchStores } from './adapter.ts';
export { type ServingSettings } from './creation/index-definition.ts';
export { elasticsearchGenerationStore, type ElasticsearchStoreOptions } from './generation-store.ts';
export { createElasticsearchClient, type ElasticsearchConnection } from './servers/client.ts';
