/** What the tests of every projection need; nothing outside tests imports this. */
export { atPositions, foldOf, itKeepsTheRules } from './projection-rules.contract.ts';
