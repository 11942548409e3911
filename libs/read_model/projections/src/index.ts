export { applyEvent, type Applied, type Projection } from './projection.ts';
export { findProjection, projections } from './registered-projections.ts';
export { productSearch } from './product-search/product-search.ts';
export { productSearchStorage } from './product-search/storage.ts';
export { productSummary } from './product-summary/product-summary.ts';
export { productSummaryStorage } from './product-summary/storage.ts';
export { categorySummary } from './category-summary/category-summary.ts';
export { categorySummaryStorage } from './category-summary/storage.ts';
