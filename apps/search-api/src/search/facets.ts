import type { estypes } from '@elastic/elasticsearch';
import type { SearchCriteria } from './criteria.ts';
import { allFilters, filtersByDimension, inStock, type Dimension } from './filters.ts';

/** How many products have a value. */
export interface ValueCount {
  readonly value: string;
  readonly count: number;
}

/** Prices in one currency, in its minor unit. `to` is exclusive; the last range has none. */
export interface PriceFacet {
  readonly currency: string;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly ranges: readonly { readonly from: number; readonly to: number | null; readonly count: number }[];
}

/** The most frequent values of each dimension; `others` says what is not listed. */
export interface Facets {
  readonly categories: readonly ValueCount[];
  readonly brands: readonly ValueCount[];
  readonly tags: readonly ValueCount[];
  readonly prices: readonly PriceFacet[];
  readonly availability: { readonly available: number; readonly unavailable: number };
  /** What the lists leave out: how often the products have another value than those listed. 0: the list is complete. */
  readonly others: Readonly<Record<'categories' | 'brands' | 'tags' | 'prices', number>>;
}

type Aggregation = estypes.AggregationsAggregationContainer;

/** Values listed of each facet, and currencies of prices. */
export const [mostValues, mostCurrencies] = [50, 10];
const priceSteps = [0, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000];
export const priceRanges = priceSteps.map((from, index) => ({ from, to: priceSteps[index + 1] }));

/**
 * Counts for every facet. Each is counted under all filters but its own, so it shows what choosing another of its values would
 * find; the filters themselves go into `post_filter`, which narrows the hits and not the counts.
 */
export function facetAggregations(criteria: SearchCriteria): Record<keyof FacetAggregates, Aggregation> {
  const filters = filtersByDimension(criteria);
  const under = (dimension: Dimension, aggs: Record<string, Aggregation>): Aggregation => ({
    filter: { bool: { filter: allFilters(filters, dimension) } },
    aggs,
  });
  return {
    categories: under('category', { values: { terms: { field: 'categoryId', size: mostValues } } }),
    brands: under('brand', { values: { terms: { field: 'brand', size: mostValues } } }),
    tags: under('tag', { values: { terms: { field: 'tags', size: mostValues } } }),
    prices: under('price', {
      currencies: {
        terms: { field: 'currency', size: mostCurrencies },
        aggs: {
          amounts: { stats: { field: 'priceMinor' } },
          ranges: { range: { field: 'priceMinor', ranges: priceRanges } },
        },
      },
    }),
    availability: under('availability', {
      stock: { filters: { filters: { available: inStock(true), unavailable: inStock(false) } } },
    }),
  };
}

interface Bucket {
  readonly doc_count: number;
}
interface Buckets<B extends Bucket> {
  readonly buckets: readonly B[];
  readonly sum_other_doc_count: number;
}
interface Terms {
  readonly values: Buckets<Bucket & { readonly key: string }>;
}
interface CurrencyBucket extends Bucket {
  readonly key: string;
  readonly amounts: { readonly min: number | null; readonly max: number | null };
  readonly ranges: {
    readonly buckets: readonly (Bucket & { readonly from?: number; readonly to?: number })[];
  };
}

/** What Elasticsearch answers to {@link facetAggregations}; its own types cannot know which aggregation was asked for. */
export interface FacetAggregates {
  readonly categories: Terms;
  readonly brands: Terms;
  readonly tags: Terms;
  readonly prices: { readonly currencies: Buckets<CurrencyBucket> };
  readonly availability: { readonly stock: { readonly buckets: { available: Bucket; unavailable: Bucket } } };
}

export function facetsOf(aggregates: FacetAggregates): Facets {
  const { categories, brands, tags, prices } = aggregates;
  const { available, unavailable } = aggregates.availability.stock.buckets;
  return {
    categories: valueCounts(categories),
    brands: valueCounts(brands),
    tags: valueCounts(tags),
    prices: prices.currencies.buckets.map(priceFacet),
    availability: { available: available.doc_count, unavailable: unavailable.doc_count },
    others: {
      categories: categories.values.sum_other_doc_count,
      brands: brands.values.sum_other_doc_count,
      tags: tags.values.sum_other_doc_count,
      prices: prices.currencies.sum_other_doc_count,
    },
  };
}

function valueCounts({ values }: Terms): ValueCount[] {
  return values.buckets.map(({ key, doc_count: count }) => ({ value: key, count }));
}

function priceFacet({ key, doc_count, amounts, ranges }: CurrencyBucket): PriceFacet {
  return {
    currency: key,
    count: doc_count,
    min: amounts.min ?? 0,
    max: amounts.max ?? 0,
    ranges: ranges.buckets.map(({ from = 0, to = null, doc_count: count }) => ({ from, to, count })),
  };
}
