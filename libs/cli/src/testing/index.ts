export { inThisProcess } from './in-this-process.ts';
export { ownEventStore, type OwnEventStore } from './own-event-store.ts';
export { ownReadModel, type OwnReadModel } from './own-read-model.ts';
export { inOwnTerminal } from './own-terminal.ts';
export { isTaken, wordsOf } from './parsed-line.ts';
