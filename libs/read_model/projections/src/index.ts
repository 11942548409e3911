export { applyEvent, type Applied, type Projection } from './projection.ts';
export { findProjection, projections } from './registered-projections.ts';
export { productSearch } from './product-search/product-search.ts';
export { productSearchStorage } from './product-search/storage.ts';
