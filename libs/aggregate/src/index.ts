export { changesOf, type AggregateRules, type Change } from './changes.ts';
export {
  refuse,
  unchanged,
  type Changed,
  type CommandContext,
  type Decision,
  type Existing,
  type Refusal,
  type Unchanged,
} from './decision.ts';
export { assertFollows, begun, HistoryError, type Past } from './history.ts';
