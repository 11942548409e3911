import type { Client, estypes } from '@elastic/elasticsearch';
import {
  bucketCount,
  bucketOf,
  type BucketDigest,
  type DocumentDigest,
  type Tombstone,
} from '@reprise/read-model-documents';
import {
  DependencyError,
  type GenerationCounts,
  type GenerationName,
  type StoredDocument,
} from '@reprise/read-model-indices';
import { ownField } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

/** Ids of one multi-get; keeps its answer at a few megabytes. */
const idsPerRead = 1_000;

/** What the store added to a document. */
type OwnFields = DocumentDigest & { readonly tombstone?: Tombstone };

export type Source = Record<string, unknown> & { readonly [ownField]?: OwnFields };

/** Documents by id as they are at this moment, refreshed or not. */
export async function readDocuments(
  client: Client,
  name: GenerationName,
  ids: readonly string[],
  options: RequestOptions,
): Promise<Map<string, StoredDocument>> {
  const found = new Map<string, StoredDocument>();
  for (let from = 0; from < ids.length; from += idsPerRead) {
    const { docs } = await request(`reading documents of ${name}`, options, () =>
      client.mget<Source>({ index: name, ids: ids.slice(from, from + idsPerRead) }),
    );
    for (const doc of docs) {
      if ('error' in doc) {
        throw new DependencyError(
          'elasticsearch',
          `Document ${doc._id} of ${name} could not be read: ${doc.error.type}: ${doc.error.reason ?? ''}. Nothing was changed.`,
          { absent: doc.error.type === 'index_not_found_exception' },
        );
      }
      const { _id, _version, _source } = doc as estypes.GetGetResult<Source>;
      if (_source !== undefined) found.set(_id, storedDocument(_id, _version ?? 0, _source));
    }
  }
  return found;
}

/** Splits what the store added off the document. */
export function storedDocument(id: string, version: number, source: Source): StoredDocument {
  const { digest = digestOfNothing(id), ...parts } = partsOf(source);
  return { id, version, ...parts, digest };
}

/** A source taken apart: a digest only where a store wrote it. */
export function partsOf(
  source: Source,
): Pick<StoredDocument, 'document' | 'tombstone'> & { digest?: DocumentDigest } {
  const { [ownField]: own, ...fields } = source;
  if (own === undefined) return { document: fields };
  const { tombstone, ...digest } = own;
  const isEmpty = tombstone !== undefined && Object.keys(fields).length === 0;
  return { document: isEmpty ? undefined : fields, ...(tombstone && { tombstone }), digest };
}

/** The digest of a document that something other than this store wrote: no content has it, so it never counts as right. */
function digestOfNothing(id: string): DocumentDigest {
  return { bucket: bucketOf(id), high: 0, low: 0 };
}

/**
 * Number and digest sums of the documents of every bucket, by one aggregation over doc values. Exact: as many terms are asked
 * for as there are buckets, partial results are refused, and the sums of 32-bit numbers stay whole in a double.
 */
export async function sumBuckets(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<BucketDigest[]> {
  const { aggregations } = await request(`summing the digests of ${name}`, options, () =>
    client.search<unknown, { buckets: estypes.AggregationsTermsAggregateBase<DigestBucket> }>({
      index: name,
      size: 0,
      track_total_hits: false,
      allow_partial_search_results: false,
      request_cache: false,
      aggs: {
        buckets: {
          terms: { field: `${ownField}.bucket`, size: bucketCount, order: { _key: 'asc' } },
          aggs: {
            high: { sum: { field: `${ownField}.high` } },
            low: { sum: { field: `${ownField}.low` } },
          },
        },
      },
    }),
  );
  const buckets = (aggregations?.buckets.buckets ?? []) as readonly DigestBucket[];
  return buckets.map(({ key, doc_count, high, low }) => ({
    bucket: key,
    documents: doc_count,
    high: high.value,
    low: low.value,
  }));
}

interface DigestBucket {
  readonly key: number;
  readonly doc_count: number;
  readonly high: { readonly value: number };
  readonly low: { readonly value: number };
}

/**
 * A tombstone; of an index that a release before the second form built, one by the document's own `status`: readers may still be on
 * such an index.
 */
const isTombstone: estypes.QueryDslQueryContainer = {
  bool: {
    should: [
      { exists: { field: `${ownField}.tombstone` } },
      {
        bool: {
          filter: [{ term: { status: 'deleted' } }],
          must_not: [{ exists: { field: `${ownField}.bucket` } }],
        },
      },
    ],
  },
};

/** Documents in all, tombstones among them. */
export async function countDocuments(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<GenerationCounts> {
  const { hits, aggregations } = await request(`counting the documents of ${name}`, options, () =>
    client.search<unknown, { tombstones: { doc_count: number } }>({
      index: name,
      size: 0,
      track_total_hits: true,
      allow_partial_search_results: false,
      request_cache: false,
      aggs: { tombstones: { filter: isTombstone } },
    }),
  );
  const total = typeof hits.total === 'number' ? hits.total : (hits.total?.value ?? 0);
  return { documents: total, tombstones: aggregations?.tombstones.doc_count ?? 0 };
}

/** Bytes of the primary shards on disk. */
export async function primaryBytes(
  client: Client,
  name: GenerationName,
  options: RequestOptions,
): Promise<number> {
  const { _all } = await request(`reading the size of ${name}`, options, () =>
    client.indices.stats({ index: name, metric: 'store' }),
  );
  return _all.primaries?.store?.size_in_bytes ?? 0;
}
