import { runnerOf, type Runner } from '../../suite/runner.ts';
import { endRules } from './end-rules.ts';
import { readingRules } from './reading-rules.ts';
import type { Rule, SourceUnderContract } from './source-test.ts';

const timeoutMs = 60_000;

/**
 * Enrols the contract of `LogSource` as tests: `sourceContract(() => mySource)`.
 *
 * @param open called once for each test
 * @param runner where tests are enrolled; by default in the global `describe` and `it`
 * @throws TypeError where there is no runner
 */
export function sourceContract(
  open: () => SourceUnderContract | Promise<SourceUnderContract>,
  runner?: Runner,
): void {
  const { describe, it } = runnerOf(runner);
  const rule: Rule = (title, holds) => it(title, async () => holds(await open()), timeoutMs);
  describe('reading', () => readingRules(rule));
  describe('ends and holes', () => endRules(rule));
}
