import type { Client } from '@elastic/elasticsearch';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import {
  GenerationConflict,
  isGenerationName,
  type GenerationMeta,
  type GenerationName,
  type GenerationStore,
  type StoreRetry,
} from '@reprise/read-model-indices';
import { inSpan, isRecording, storeSpan } from '@reprise/runtime/traces';
import { bulkWriter, type BulkWriterOptions } from './bulk/bulk-writer.ts';
import { canaryIndexOf, elasticsearchCanaries } from './documents/canaries.ts';
import { countDocuments, primaryBytes, readDocuments, sumBuckets } from './documents/content.ts';
import { correctDocument, observeDocument } from './documents/correction.ts';
import { unallocatedPrimary } from './creation/allocation.ts';
import { createIndex } from './creation/create-index.ts';
import { readDifferences } from './creation/read-back.ts';
import { refreshWatch } from './documents/refresh-watch.ts';
import { faultOf } from './servers/faults.ts';
import { assertAbleToBuild } from './health.ts';
import {
  assertStorable,
  indexDefinition,
  metaFromMapping,
  type ServingSettings,
} from './creation/index-definition.ts';
import { aliasesOn, moveAlias, observeAlias } from './readers/readers.ts';
import { readSample } from './documents/read-sample.ts';
import { request } from './servers/requests.ts';
import { scanDocuments } from './documents/scan.ts';
import { searchIds } from './documents/search.ts';
import { startServing } from './readers/serving.ts';

export interface ElasticsearchStoreOptions {
  readonly projection: string;
  readonly storage: ElasticsearchStorage;
  /** Alias readers use; usually the projection's name. */
  readonly readersAlias: string;
  /** Primary shards of a new index. */
  readonly shards?: number;
  readonly serving?: Partial<ServingSettings>;
  readonly bulk?: BulkWriterOptions;
  /** How long transient faults of any other call are retried, in milliseconds. */
  readonly retryBudgetMs?: number;
  /** Called for every fault that is being waited out, in writes and any other call. */
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
}

/**
 * Generations of one projection as Elasticsearch indices, readers behind an alias. Ids of documents are those of their aggregates.
 * The client stays the caller's, who closes it.
 *
 * @throws TypeError when the storage definition has a field of the store's own
 */
export function elasticsearchGenerationStore(
  client: Client,
  options: ElasticsearchStoreOptions,
): GenerationStore {
  const { projection, storage, readersAlias, shards = 1, retryBudgetMs = 20_000, onRetry } = options;
  assertStorable(storage);
  const serving = { refreshInterval: '1s', replicas: undefined, ...options.serving };
  const readers = { alias: readersAlias, projection };
  const retrying = { retryBudgetMs, onRetry };
  const writeDocuments = bulkWriter(client, { onRetry, ...options.bulk });
  const watchRefresh = refreshWatch(client);

  async function meta(name: GenerationName): Promise<GenerationMeta | undefined> {
    const mapping = await request(`reading the meta of ${name}`, retrying, async () => {
      try {
        return await client.indices.getMapping({ index: name });
      } catch (error) {
        if (faultOf(error) === 'absent') return undefined;
        throw error;
      }
    });
    return metaFromMapping(mapping?.[name]?.mappings._meta);
  }

  return {
    kind: 'elasticsearch',
    readers: readersAlias,
    meta,

    assertHealthy: (signal) => assertAbleToBuild(client, readers, { ...retrying, signal }),

    create: (name, ofGeneration) =>
      createIndex(
        client,
        { name, meta: ofGeneration, definition: indexDefinition(name, storage, ofGeneration, shards) },
        retrying,
      ),

    async inspect(name, ofGeneration) {
      const { uuid, projection: ofProjection, projectionVersion, fingerprint } = ofGeneration;
      const own = { uuid, projection: ofProjection, projectionVersion, fingerprint };
      const unallocated = await unallocatedPrimary(client, name, retrying);
      // Whether it is as it was asked for can be read only where it is.
      if (unallocated?.final === true)
        return { unallocated: unallocated.cause, neverAllocated: unallocated.never, differences: [] };
      const asked = indexDefinition(name, storage, own, shards);
      const how = { allowedAliases: [readersAlias], mayServe: true };
      const differences = await readDifferences(client, name, asked, retrying, how);
      return { unallocated: undefined, neverAllocated: false, differences };
    },

    async list() {
      const { indices } = await request(`listing the generations of ${projection}`, retrying, () =>
        client.indices.resolveIndex({ name: `${projection}_v*`, expand_wildcards: ['open', 'closed'] }),
      );
      const names = indices.map(({ name }) => name);
      return names.filter((name): name is GenerationName => isGenerationName(name, projection)).sort();
    },

    write: async (name, documents, signal) => {
      const result = await writeDocuments(name, documents, signal);
      const last = documents.at(-1);
      if (result.written > 0 && last !== undefined && isRecording()) watchRefresh(name, last);
      return result;
    },

    read: (name, ids) =>
      inSpan(
        () => storeSpan('elasticsearch', 'mget', name, ids.length),
        () => readDocuments(client, name, ids, retrying),
      ),

    observe: (name, id) => observeDocument(client, name, id, retrying),

    correct: (name, id, observed, document, signal) =>
      correctDocument(client, name, { id, observed, document }, { ...retrying, signal }),

    scan: (name, scan = {}) => scanDocuments(client, name, { ...retrying, ...scan }),

    async refresh(name) {
      await request(`refreshing ${name}`, retrying, () => client.indices.refresh({ index: name }));
    },

    async settle(name) {
      await request(`flushing ${name}`, retrying, () => client.indices.flush({ index: name }));
    },

    bucketDigests: (name) => sumBuckets(client, name, retrying),

    counts: (name) => countDocuments(client, name, retrying),

    finishBuild: (name, signal) => startServing(client, name, serving, { ...retrying, signal }),

    search: (name, query, top, signal) => searchIds(client, name, { query, top }, { ...retrying, signal }),

    sample: (name, size, signal) =>
      readSample(client, name, storage.properties, size, { ...retrying, signal }),

    canaries: elasticsearchCanaries(
      client,
      { refreshInterval: serving.refreshInterval, metaOf: meta },
      retrying,
    ),

    observeReaders: () => observeAlias(client, readers, retrying),

    readBy: () => aliasesOn(client, projection, retrying),

    switchReaders: (from, to) => moveAlias(client, readers, from, to, retrying),

    async drop(name) {
      const target = await observeAlias(client, readers, retrying);
      const serves =
        target.kind === 'generation'
          ? target.name === name
          : target.kind === 'ambiguous' && target.names.includes(name);
      if (serves) {
        throw new GenerationConflict(
          `${name} was not deleted: readers are pointed at it by ${readersAlias}. Cut over to another generation first.`,
        );
      }
      // Both at once: beside an index that is still there, a consumer would make the other one again.
      const index = [name, canaryIndexOf(name)];
      await request(`deleting ${name}`, retrying, () =>
        client.indices.delete({ index, ignore_unavailable: true }),
      );
    },

    sizeInBytes: (name) => primaryBytes(client, name, retrying),
  };
}
