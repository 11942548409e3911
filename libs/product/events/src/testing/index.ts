/** Histories of products, and how they reach a topic; nothing outside tests imports this. */
export { canaryText } from './canary-text.ts';
export { produce } from './produce.ts';
export { productHistory, step, type HistoryOptions, type HistoryStep } from './product-history.ts';
