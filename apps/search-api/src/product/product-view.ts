import type { ProductSearchDocument } from '@reprise/product-read-model';

/** A published product as this API shows it. */
export type ProductView = Omit<ProductSearchDocument, 'status' | 'titleSort' | 'folded'>;

/** The fields that leave the index; what else a document holds is the read model's own business. */
export const productFields = [
  'productId',
  'title',
  'description',
  'brand',
  'categoryId',
  'priceMinor',
  'currency',
  'stock',
  'tags',
  'version',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof ProductView)[];

/** Names every field it copies, so that a field added to the documents does not become public automatically. */
export function productView(document: ProductView): ProductView {
  const { productId, title, description, brand, categoryId, priceMinor, currency, stock, tags } = document;
  const { version, createdAt, updatedAt } = document;
  return {
    productId,
    title,
    description,
    brand,
    categoryId,
    priceMinor,
    currency,
    stock,
    tags,
    version,
    createdAt,
    updatedAt,
  };
}
