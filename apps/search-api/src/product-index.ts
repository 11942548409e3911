import { errors, type Client } from '@elastic/elasticsearch';
import type { ProductSearchDocument } from '@reprise/read-model-documents';
import type { SearchCriteria } from './search/criteria.ts';
import { encodeCursor, searchKey, type SortValues } from './search/cursor.ts';
import { facetsOf, type FacetAggregates, type Facets } from './search/facets.ts';
import { searchBody } from './search/search-body.ts';
import { indexMissing, searchTimedOut } from './product-index-faults.ts';
import { productView, type ProductView } from './product/product-view.ts';

export interface ProductHit extends ProductView {
  /** How well the text matched; null unless the hits are sorted by relevance. */
  readonly score: number | null;
}

export interface SearchResult {
  /** `gte`: there are at least so many. */
  readonly total: { readonly value: number; readonly relation: 'eq' | 'gte' };
  readonly hits: readonly ProductHit[];
  readonly facets: Facets;
  /** Continues after the last hit; null on the last page. */
  readonly nextCursor: string | null;
}

/**
 * The search index as its readers see it: through the read alias, whatever generation that points to. It makes nothing and
 * changes nothing, and an alias that is not there is an error, never an empty answer.
 */
export class ProductIndex {
  readonly #client: Client;
  readonly #alias: string;

  constructor(client: Client, alias: string) {
    this.#client = client;
    this.#alias = alias;
  }

  /**
   * One page of published products.
   * @param size how many hits at most
   * @param after where the page begins, from a cursor of the same criteria
   * @throws ProblemException 503 when the alias points to no index or the search took too long
   */
  async search(criteria: SearchCriteria, size: number, after?: SortValues): Promise<SearchResult> {
    // One hit more than asked for tells whether there is another page.
    const body = searchBody(criteria, { size: size + 1, after });
    const response = await this.#read(() =>
      this.#client.search<ProductSearchDocument, FacetAggregates>({
        ...body,
        index: this.#alias,
        allow_no_indices: false,
        expand_wildcards: 'none',
        allow_partial_search_results: false,
        // Scores differ a little between copies of a shard; pages of one search are read from the same copy.
        preference: searchKey(criteria),
      }),
    );
    if (response.timed_out) throw searchTimedOut();
    const found = response.hits.hits.slice(0, size);
    const last = response.hits.hits.length > size ? found.at(-1)?.sort : undefined;
    return {
      total: totalOf(response.hits.total),
      hits: found.flatMap(({ _source, _score }) =>
        _source === undefined ? [] : [{ ...productView(_source), score: _score ?? null }],
      ),
      facets: facetsOf(response.aggregations as FacetAggregates),
      nextCursor: last === undefined ? null : encodeCursor(criteria, last as SortValues),
    };
  }

  /**
   * The published product of that id as the index holds it now, not as of the last refresh; undefined when there is none, when it
   * was deleted and when it is a draft.
   */
  async find(id: string): Promise<ProductView | undefined> {
    const response = await this.#read(() =>
      this.#client.get<ProductSearchDocument>({ index: this.#alias, id, realtime: true }, { ignore: [404] }),
    );
    if ('error' in response) throw indexMissing(this.#alias);
    const document = response.found ? response._source : undefined;
    return document?.status === 'published' ? productView(document) : undefined;
  }

  /** @throws Error unless the alias points to exactly one index */
  async checkAlias(): Promise<void> {
    const response = await this.#client.indices.getAlias({ name: this.#alias }, { ignore: [404] });
    const indices = 'error' in response ? [] : Object.keys(response);
    if (indices.length === 0) throw indexMissing(this.#alias);
    if (indices.length > 1) {
      throw new Error(
        `the alias ${this.#alias} points to ${indices.length} indices (${indices.join(', ')}) and must point to one; run the rebuild job's status`,
      );
    }
  }

  async #read<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof errors.ResponseError && isIndexMissing(error))
        throw indexMissing(this.#alias, error);
      throw error;
    }
  }
}

function isIndexMissing(error: errors.ResponseError): boolean {
  const { body } = error;
  return (
    error.statusCode === 404 &&
    (body as { error?: { type?: string } })?.error?.type === 'index_not_found_exception'
  );
}

function totalOf(total: number | { value: number; relation: string } | undefined): SearchResult['total'] {
  if (typeof total === 'number') return { value: total, relation: 'eq' };
  return { value: total?.value ?? 0, relation: total?.relation === 'gte' ? 'gte' : 'eq' };
}
