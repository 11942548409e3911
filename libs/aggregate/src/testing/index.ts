/** What the tests of every aggregate need; nothing outside tests imports this. */
export { context, happened, run, type Command, type History } from './commands.ts';
export { itKeepsItsHistory } from './kept-history.contract.ts';
