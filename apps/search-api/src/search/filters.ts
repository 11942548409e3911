import type { estypes } from '@elastic/elasticsearch';
import type { SearchCriteria } from './criteria.ts';

type Query = estypes.QueryDslQueryContainer;

/** The dimensions a search can be narrowed by; each has its own facet or none. */
export type Dimension = 'category' | 'brand' | 'tag' | 'price' | 'availability';

/** Deleted products stay in the index as tombstones and drafts are not public: nothing but published products is ever found. */
export const publishedOnly: Query = { term: { status: 'published' } };

/** The filters of a search by dimension, so that a facet can leave out its own. */
export function filtersByDimension(criteria: SearchCriteria): ReadonlyMap<Dimension, readonly Query[]> {
  const { categories, brands, tags, available } = criteria;
  const filters = new Map<Dimension, readonly Query[]>();
  if (categories) filters.set('category', [{ terms: { categoryId: [...categories] } }]);
  if (brands) filters.set('brand', [{ terms: { brand: [...brands] } }]);
  if (tags) filters.set('tag', [{ terms: { tags: [...tags] } }]);
  const price = priceFilters(criteria);
  if (price.length > 0) filters.set('price', price);
  if (available !== undefined) filters.set('availability', [inStock(available)]);
  return filters;
}

/** All filters but those of one dimension, or all. */
export function allFilters(filters: ReadonlyMap<Dimension, readonly Query[]>, except?: Dimension): Query[] {
  return [...filters].flatMap(([dimension, queries]) => (dimension === except ? [] : queries));
}

export function inStock(available: boolean): Query {
  return { range: { stock: available ? { gt: 0 } : { lte: 0 } } };
}

function priceFilters({ priceMin, priceMax, currency }: SearchCriteria): Query[] {
  const filters: Query[] = [];
  if (currency !== undefined) filters.push({ term: { currency } });
  if (priceMin !== undefined || priceMax !== undefined) {
    const bounds = {
      ...(priceMin !== undefined && { gte: priceMin }),
      ...(priceMax !== undefined && { lte: priceMax }),
    };
    filters.push({ range: { priceMinor: bounds } });
  }
  return filters;
}
