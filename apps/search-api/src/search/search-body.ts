import type { estypes } from '@elastic/elasticsearch';
import type { SearchCriteria } from './criteria.ts';
import type { SortValues } from './cursor.ts';
import { facetAggregations } from './facets.ts';
import { allFilters, filtersByDimension, publishedOnly } from './filters.ts';
import { productFields } from '../product/product-view.ts';
import { sortClause, sortKeys } from './sort-keys.ts';

type Query = estypes.QueryDslQueryContainer;

/** How far hits are counted exactly; beyond it the total says "at least". */
export const exactTotals = 10_000;

/** How long a shard may search; a search that takes longer fails as a whole and is never answered in part. */
export const shardTimeout = '2s';

export interface Page {
  /** How many hits to ask for. */
  readonly size: number;
  readonly after?: SortValues;
}

/** The body of a search request for the given criteria, made of typed clauses only: no text of a caller is ever parsed. */
export function searchBody(criteria: SearchCriteria, page: Page): estypes.SearchRequest {
  const filters = allFilters(filtersByDimension(criteria));
  return {
    query: {
      bool: {
        filter: [publishedOnly],
        ...(criteria.text !== undefined && { must: [matching(criteria.text)] }),
      },
    },
    ...(filters.length > 0 && { post_filter: { bool: { filter: filters } } }),
    aggs: facetAggregations(criteria),
    sort: sortClause(sortKeys(criteria.sort)),
    ...(page.after && { search_after: [...page.after] }),
    size: page.size,
    _source: [...productFields],
    track_total_hits: exactTotals,
    timeout: shardTimeout,
  };
}

/** The searched texts: as they are, which the analyser puts in lower case, and folded where that is not enough. */
const wordFields = ['title^4', 'brand.text^2', 'tags.text^2', 'description'];
const foldedFields = ['folded.title^4', 'folded.brand^2', 'folded.tags^2', 'folded.description'];

/**
 * Products that hold every word of the folded text, wherever: title, brand, tags or description. The last word may also be the
 * beginning of a word of the title, so that a search finds something while it is still being typed. A title that is the text
 * and nothing else comes first.
 */
function matching(text: string): Query {
  const beginning = (field: string): Query => ({
    match_bool_prefix: { [field]: { query: text, operator: 'and' } },
  });
  return {
    bool: {
      should: [
        {
          multi_match: {
            query: text,
            type: 'cross_fields',
            operator: 'and',
            fields: [...wordFields, ...foldedFields],
          },
        },
        { dis_max: { queries: [beginning('title'), beginning('folded.title')] } },
        { constant_score: { filter: { term: { titleSort: text } }, boost: 8 } },
      ],
      minimum_should_match: 1,
    },
  };
}
