import { runnerOf, type Runner } from '../../suite/runner.ts';
import { canaryRules } from './canary-rules.ts';
import { contentRules } from './content-rules.ts';
import { correctionRules } from './correction-rules.ts';
import { positionRules } from './position-rules.ts';
import { readerRules } from './reader-rules.ts';
import { scanRules } from './scan-rules.ts';
import { StoreTest, type OpenStore, type Rule } from './store-test.ts';
import { writeRules } from './write-rules.ts';

/** Enough for a server on a busy machine; a store that needs it is slow, one that exceeds it hangs. */
const timeoutMs = 60_000;

/**
 * Enrols the contract of `GenerationStore` as tests: `storeContract((projection) => myStore(projection))`. Each test opens a store; who
 * enrols the contract removes what that leaves behind.
 *
 * @param runner where tests are enrolled; by default in the global `describe` and `it`
 * @throws TypeError where there is no runner
 */
export function storeContract(open: OpenStore, runner?: Runner): void {
  const { describe, it } = runnerOf(runner);
  const rule: Rule = (title, holds) => it(title, async () => holds(await StoreTest.open(open)), timeoutMs);
  describe('create and write', () => writeRules(rule));
  describe('content', () => contentRules(rule));
  describe('scan', () => scanRules(rule));
  describe('correct', () => correctionRules(rule));
  describe('readers', () => readerRules(rule));
  describe('documents and positions', () => positionRules(rule));
  describe('canaries', () => canaryRules(rule));
}
