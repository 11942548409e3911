import type { ProductDocument } from './product-document.ts';

/** One product as the search index holds it. Money is integer minor units of `currency`; times are event times (ISO 8601). */
export interface ProductSearchDocument extends ProductDocument {
  readonly title: string;
  readonly description: string;
  readonly brand: string | null;
  readonly categoryId: string;
  readonly priceMinor: number;
  readonly currency: string;
  readonly stock: number;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What the title is sorted by. For queries; nobody is shown it. */
  readonly titleSort: string;
  /** The texts as they are searched, where folding does more than lower case; null where all of them are plain ASCII. */
  readonly folded: FoldedTexts | null;
}

/** The texts of a product without case, accents and ligatures (see `foldedText`). For queries; nobody is shown them. */
export interface FoldedTexts {
  readonly title: string;
  readonly description: string;
  readonly brand: string | null;
  readonly tags: readonly string[];
}
