export type { CommandContext } from '@reprise/aggregate';
export { adjustStock, type AdjustStock } from './adjust-stock.ts';
export {
  changeCategory,
  changeDetails,
  changePrice,
  type ChangeCategory,
  type ChangeDetails,
  type ChangePrice,
} from './change-product.ts';
export { createProduct, type CreateProduct } from './create-product.ts';
export { existing, type Decision, type Refusal, type RefusalReason } from './decision.ts';
export { evolveProduct } from './evolve-product.ts';
export { deleteProduct, publish, unpublish, type DeleteProduct, type NoData } from './product-lifecycle.ts';
export type { ProductState, ProductStatus } from './product-state.ts';
