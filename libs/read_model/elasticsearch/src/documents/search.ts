import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { SearchRefused, type GenerationName, type JsonObject } from '@reprise/read-model-indices';
import { ownField } from '../creation/index-definition.ts';
import { describeError, faultOf } from '../servers/faults.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

/**
 * Ids of the best hits of a query, best first, equal ones always in the same order; tombstones are left out as readers leave them out.
 *
 * @param query Elasticsearch's query DSL, as in `{"match": {"title": "lamp"}}`
 * @throws SearchRefused when the server does not understand the query
 */
export async function searchIds(
  client: Client,
  name: GenerationName,
  { query, top }: { readonly query: JsonObject; readonly top: number },
  options: RequestOptions,
): Promise<string[]> {
  const { hits } = await request(`searching ${name}`, options, async () => {
    try {
      return await client.search({
        index: name,
        size: top,
        query: {
          bool: {
            must: [query as estypes.QueryDslQueryContainer],
            must_not: [{ exists: { field: `${ownField}.tombstone` } }],
          },
        },
        sort: [
          { _score: { order: 'desc' } },
          { [`${ownField}.high`]: 'asc' },
          { [`${ownField}.low`]: 'asc' },
        ],
        _source: false,
        track_total_hits: false,
        allow_partial_search_results: false,
      });
    } catch (error) {
      if (!(error instanceof errors.ResponseError) || faultOf(error) !== 'other') throw error;
      throw new SearchRefused(describeError(error), { cause: error });
    }
  });
  return hits.hits.map(({ _id }) => _id!);
}
