import type { Client, estypes } from '@elastic/elasticsearch';
import type { GenerationName, StoredDocument } from '@reprise/read-model-indices';
import { storedDocument } from './content.ts';
import { ownField } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

export interface ScanOptions extends RequestOptions {
  readonly batchSize?: number;
  readonly buckets?: readonly number[];
}

/** How long the server keeps the view open between two pages; every page extends it. */
const keepAlive = '2m';

/** Documents of these buckets, and those something else wrote, which carry no bucket. */
function ofBuckets(buckets: readonly number[]): estypes.QueryDslQueryContainer {
  const field = `${ownField}.bucket`;
  const carried = { terms: { [field]: [...buckets] } };
  return { bool: { should: [carried, { bool: { must_not: [{ exists: { field } }] } }] } };
}

/**
 * Pages through all documents, or those of some buckets, from one point in time, in the order they lie in the shards: each
 * page begins where the last one ended, while sorting by id would go through all documents for every page. Sees what was
 * refreshed when it began. Memory is bounded by one page.
 */
export async function* scanDocuments(
  client: Client,
  name: GenerationName,
  { batchSize = 2_000, buckets, ...options }: ScanOptions,
): AsyncGenerator<StoredDocument[]> {
  const abortable = options.signal === undefined ? {} : { signal: options.signal };
  let pit = await request(`opening a view of ${name}`, options, () =>
    client.openPointInTime(
      { index: name, keep_alive: keepAlive, allow_partial_search_results: false },
      abortable,
    ),
  );
  try {
    let after: estypes.SortResults | undefined;
    for (;;) {
      const page: estypes.SearchResponse<Record<string, unknown>> = await request(
        `reading ${name}`,
        options,
        () =>
          client.search(
            {
              pit: { id: pit.id, keep_alive: keepAlive },
              size: batchSize,
              sort: ['_shard_doc'],
              version: true,
              track_total_hits: false,
              allow_partial_search_results: false,
              ...(buckets === undefined ? {} : { query: ofBuckets(buckets) }),
              ...(after === undefined ? {} : { search_after: after }),
            },
            abortable,
          ),
      );
      if (page.pit_id !== undefined) pit = { ...pit, id: page.pit_id };
      const { hits } = page.hits;
      if (hits.length > 0) yield hits.map((hit) => storedDocument(hit._id!, hit._version ?? 0, hit._source!));
      if (hits.length < batchSize) return;
      after = hits.at(-1)!.sort!;
    }
  } finally {
    // The view expires after its keep-alive: failing to close it early is not a reason to fail a finished scan.
    await client.closePointInTime({ id: pit.id }).catch(() => undefined);
  }
}
