/** What the tests of every context's events need; nothing outside tests imports this. */
export { itKeepsItsEvents, type KeptEvents } from './kept-events.contract.ts';
