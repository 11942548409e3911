/** Event histories for property tests; nothing outside tests imports this. */
export { catalogues, deliveries, histories } from './histories.ts';
