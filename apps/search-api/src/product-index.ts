import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { diagnosedFault, elasticsearchTarget, ServerUnusableError } from '@reprise/runtime/connections';
import { inSpan, storeSpan } from '@reprise/runtime/traces';
import type { ProductSearchDocument } from '@reprise/product-read-model';
import type { SearchCriteria } from './search/criteria.ts';
import { encodeCursor, searchKey, type Continuation, type SortValues } from './search/cursor.ts';
import { facetsOf, type FacetAggregates, type Facets } from './search/facets.ts';
import { invalidCursor } from './search/invalid-cursor.ts';
import { searchBody } from './search/search-body.ts';
import { callerGone, indexMissing, searchTimedOut } from './product-index-faults.ts';
import { productView, type ProductView } from './product/product-view.ts';
import type { ReadGenerations } from './read-generations.ts';

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

type Answer = estypes.SearchResponse<ProductSearchDocument, FacetAggregates>;

/**
 * The search index as its readers see it: through the read alias, whatever generation that points to. Only pages that were begun
 * before the alias moved are read from the generation they were begun on. It makes nothing and changes nothing, and an alias
 * that is not there is an error, never an empty answer. A signal gives a request up.
 */
export class ProductIndex {
  readonly #client: Client;
  readonly #node: string;
  readonly #alias: string;
  readonly #generations: ReadGenerations;

  constructor(client: Client, node: string, alias: string, generations: ReadGenerations) {
    this.#client = client;
    this.#node = node;
    this.#alias = alias;
    this.#generations = generations;
  }

  /**
   * One page of published products.
   * @param size how many hits at most
   * @param from where the page begins, from a cursor of the same criteria
   * @throws ProblemException 503 when the alias points to no index or the search took too long, 400 when the generation that the
   *   cursor was made on can no longer be read
   */
  async search(
    criteria: SearchCriteria,
    size: number,
    options: { readonly from?: Continuation | undefined; readonly signal?: AbortSignal } = {},
  ): Promise<SearchResult> {
    const { from, signal } = options;
    const request: estypes.SearchRequest = {
      // One hit more than asked for shows whether there is another page.
      ...searchBody(criteria, { size: size + 1, after: from?.after }),
      allow_no_indices: false,
      expand_wildcards: 'none',
      allow_partial_search_results: false,
      // Copies of a shard take up writes at different moments; pages of one search are read from the same copy.
      preference: searchKey(criteria),
    };
    const response = from
      ? await this.#continued(request, from.generation, signal)
      : await this.#searched(request, this.#alias, signal);
    if (response.timed_out) throw searchTimedOut();
    const found = response.hits.hits.slice(0, size);
    const last = response.hits.hits.length > size ? found.at(-1) : undefined;
    return {
      total: totalOf(response.hits.total),
      hits: found.flatMap(({ _source, _score }) =>
        _source === undefined ? [] : [{ ...productView(_source), score: _score ?? null }],
      ),
      facets: facetsOf(response.aggregations as FacetAggregates),
      nextCursor:
        last === undefined
          ? null
          : encodeCursor(criteria, {
              generation: await this.#generations.uuidOf(last._index),
              after: last.sort as SortValues,
            }),
    };
  }

  /**
   * The published product of that id as the index holds it now, not as of the last refresh; undefined when there is none, when it
   * was deleted and when it is a draft.
   */
  async find(id: string, signal?: AbortSignal): Promise<ProductView | undefined> {
    const response = await inSpan(
      () => storeSpan('elasticsearch', 'get', this.#alias),
      () =>
        this.#read(() =>
          this.#client.get<ProductSearchDocument>(
            { index: this.#alias, id, realtime: true },
            { ignore: [404], signal },
          ),
        ),
    );
    if ('error' in response) throw indexMissing(this.#alias);
    const document = response.found ? response._source : undefined;
    return document?.status === 'published' ? productView(document) : undefined;
  }

  /**
   * Passes when Elasticsearch lets this process read the alias, whatever it points to.
   * @throws ServerUnusableError when Elasticsearch cannot be used
   */
  async reach(): Promise<void> {
    await this.checkAlias().catch((error: unknown) => {
      if (error instanceof ServerUnusableError) throw error;
    });
  }

  /** @throws ServerUnusableError; Error unless the alias points to exactly one index */
  async checkAlias(): Promise<void> {
    const readers = await this.#readers().catch(async (error: unknown) => {
      const fault = await diagnosedFault(error, elasticsearchTarget(this.#node), 'Nothing was changed.');
      throw fault === undefined ? error : new ServerUnusableError(fault, error);
    });
    const indices = Object.keys(readers);
    if (indices.length === 0) throw indexMissing(this.#alias);
    if (indices.length > 1) {
      throw new Error(
        `the alias ${this.#alias} points to ${indices.length} indices (${indices.join(', ')}) and must point to one; run the rebuild job's status`,
      );
    }
  }

  /** Reads on in the generation a search was begun on: through the alias while that points to it, afterwards by its name. */
  async #continued(
    request: estypes.SearchRequest,
    generation: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const index = await this.#read(() => this.#generations.nameOf(generation));
    if (index === undefined) throw invalidCursor('generation-gone');
    const response = await this.#searched(request, this.#alias, signal);
    const [hit] = response.hits.hits;
    if (hit?._index === index) return response;
    const readers = await this.#read(() => this.#readers());
    if (hit === undefined && index in readers) return response;
    // Without the alias, what narrows it would be lost.
    if (Object.values(readers).some(isNarrowed)) throw invalidCursor('generation-gone');
    try {
      return await this.#searched(request, index, signal);
    } catch (error) {
      throw isUnreadable(error) ? invalidCursor('generation-gone', error) : error;
    }
  }

  #searched(request: estypes.SearchRequest, index: string, signal: AbortSignal | undefined): Promise<Answer> {
    return inSpan(
      () => storeSpan('elasticsearch', 'search', index),
      () =>
        this.#read(
          () =>
            this.#client.search<ProductSearchDocument, FacetAggregates>({ ...request, index }, { signal }),
          index,
        ),
    );
  }

  /** The indices the alias points to, each with the alias's own definition. */
  async #readers(): Promise<estypes.IndicesGetAliasResponse> {
    const response = await this.#client.indices.getAlias({ name: this.#alias }, { ignore: [404] });
    return 'error' in response ? {} : response;
  }

  async #read<T>(request: () => Promise<T>, index = this.#alias): Promise<T> {
    try {
      return await request();
    } catch (error) {
      if (error instanceof errors.RequestAbortedError) throw callerGone(error);
      if (index === this.#alias && isIndexMissing(error)) throw indexMissing(this.#alias, error);
      throw error;
    }
  }
}

function isNarrowed({ aliases }: estypes.IndicesGetAliasIndexAliases): boolean {
  return Object.values(aliases).some((alias) => alias.filter ?? alias.search_routing ?? alias.index_routing);
}

function errorType(error: unknown): string | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  return (error.body as { error?: { type?: string } } | undefined)?.error?.type;
}

function isIndexMissing(error: unknown): boolean {
  return errorType(error) === 'index_not_found_exception';
}

/** It was deleted or closed, or this service may read the alias only. */
function isUnreadable(error: unknown): boolean {
  return (
    isIndexMissing(error) ||
    errorType(error) === 'index_closed_exception' ||
    (error instanceof errors.ResponseError && error.statusCode === 403)
  );
}

function totalOf(total: number | { value: number; relation: string } | undefined): SearchResult['total'] {
  if (typeof total === 'number') return { value: total, relation: 'eq' };
  return { value: total?.value ?? 0, relation: total?.relation === 'gte' ? 'gte' : 'eq' };
}
