/** Event histories for property tests, and the projections of a log without versions; nothing outside tests imports this. */
export { productEventsByPosition, projectionsByPosition } from './by-position.ts';
export { catalogues, deliveries, histories } from './histories.ts';
export {
  produce,
  productHistory,
  step,
  type HistoryOptions,
  type HistoryStep,
} from '@reprise/product-events/testing';
