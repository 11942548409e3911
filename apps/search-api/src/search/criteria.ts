/** What a search asks for, checked and in a fixed form. A list means any of its values; an absent field means no limit. */
export interface SearchCriteria {
  /** Folded, as the index holds texts for searching. */
  readonly text?: string;
  readonly categories?: readonly string[];
  readonly brands?: readonly string[];
  readonly tags?: readonly string[];
  /** Minor units, inclusive. Compared with each product's own amount: give `currency` too where there are several. */
  readonly priceMin?: number;
  readonly priceMax?: number;
  readonly currency?: string;
  /** true: in stock, false: out of stock. Only published products are found either way. */
  readonly available?: boolean;
  readonly sort: SortOrder;
}

export const sortOrders = ['relevance', 'price', '-price', 'newest', 'title'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** Best match first when there is a text to match, else the newest products. */
export function defaultSort(text: string | undefined): SortOrder {
  return text === undefined ? 'newest' : 'relevance';
}
