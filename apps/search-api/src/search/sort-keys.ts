import type { estypes } from '@elastic/elasticsearch';
import type { SortOrder } from './criteria.ts';

/** One key of a sort and the kind of value Elasticsearch returns for it. */
export interface SortKey {
  readonly field: string;
  readonly order: 'asc' | 'desc';
  /** A score, an integer amount, a time in milliseconds since 1970, or text. */
  readonly kind: 'score' | 'amount' | 'time' | 'text';
  /** An index of an older version of the projection lacks the field; its products then have no value. */
  readonly isNew?: boolean;
}

/** Makes every order total, so that paging neither repeats nor skips products with equal keys. */
const tieBreaker: SortKey = { field: 'productId', order: 'asc', kind: 'text' };

/** Amounts of two currencies are not comparable, so prices are sorted within their currency. */
const currency: SortKey = { field: 'currency', order: 'asc', kind: 'text' };

const newest: SortKey = { field: 'createdAt', order: 'desc', kind: 'time' };

/** A product's keys depend on that product alone: what is written beside it moves it in no order. */
const leadingKeys: Readonly<Record<SortOrder, readonly SortKey[]>> = {
  relevance: [{ field: '_score', order: 'desc', kind: 'score' }, newest],
  price: [currency, { field: 'priceMinor', order: 'asc', kind: 'amount' }],
  '-price': [currency, { field: 'priceMinor', order: 'desc', kind: 'amount' }],
  newest: [newest],
  title: [{ field: 'titleSort', order: 'asc', kind: 'text', isNew: true }],
};

/** The keys a search is sorted by, most significant first. */
export function sortKeys(order: SortOrder): readonly SortKey[] {
  return [...leadingKeys[order], tieBreaker];
}

/** The keys as Elasticsearch takes them. */
export function sortClause(keys: readonly SortKey[]): estypes.SortCombinations[] {
  return keys.map(({ field, order, isNew }) => ({
    [field]: { order, ...(isNew && { unmapped_type: 'keyword' as const }) },
  }));
}
