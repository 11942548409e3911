/**
 * The two functions of a test runner that a suite needs. Those of Jest and Vitest have this form, and those of `node:test`, which has
 * no limit of time to override.
 */
export interface Runner {
  readonly describe: (title: string, tests: () => void) => unknown;
  readonly it: (title: string, test: () => Promise<void>, timeoutMs?: number) => unknown;
}

/**
 * The runner to enrol tests in: the given one, else the one whose functions are global.
 * @throws TypeError where there is neither
 */
export function runnerOf(given: Runner | undefined): Runner {
  const { describe, it } = given ?? (globalThis as Partial<Runner>);
  if (describe && it) return { describe, it };
  throw new TypeError(
    'This test runner has no global describe and it. No test was enrolled. Import both from it and pass them as last argument: ' +
      '{ describe, it }.',
  );
}
