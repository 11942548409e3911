import type { estypes } from '@elastic/elasticsearch';
import type { SortOrder } from './criteria.ts';

/** One key of a sort and the kind of value Elasticsearch returns for it. */
export interface SortKey {
  readonly field: string;
  readonly order: 'asc' | 'desc';
  readonly kind: 'number' | 'text';
}

/** Makes every order total, so that paging neither repeats nor skips products with equal keys. */
const tieBreaker: SortKey = { field: 'productId', order: 'asc', kind: 'text' };

/** Amounts of two currencies are not comparable, so prices are sorted within their currency. */
const currency: SortKey = { field: 'currency', order: 'asc', kind: 'text' };

const leadingKeys: Readonly<Record<SortOrder, readonly SortKey[]>> = {
  relevance: [{ field: '_score', order: 'desc', kind: 'number' }],
  price: [currency, { field: 'priceMinor', order: 'asc', kind: 'number' }],
  '-price': [currency, { field: 'priceMinor', order: 'desc', kind: 'number' }],
  newest: [{ field: 'createdAt', order: 'desc', kind: 'number' }],
  title: [{ field: 'title.sort', order: 'asc', kind: 'text' }],
};

/** The keys a search is sorted by, most significant first. */
export function sortKeys(order: SortOrder): readonly SortKey[] {
  return [...leadingKeys[order], tieBreaker];
}

/** The keys as Elasticsearch takes them. */
export function sortClause(keys: readonly SortKey[]): estypes.SortCombinations[] {
  return keys.map(({ field, order }) => ({ [field]: { order } }));
}
