import type { ReadModelDocument } from './read-model-document.ts';

/** One product as the search index holds it. Money is integer minor units of `currency`; times are event times (ISO 8601). */
export interface ProductSearchDocument extends ReadModelDocument {
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
}
