import { statSync } from 'node:fs';

const levels = ['.e2e.spec.ts', '.int.spec.ts', '.unit.spec.ts'];
const levelOf = ({ path }) => levels.findIndex((ending) => path.endsWith(ending));

/** The order of a project's test files: the slow kinds first, large before small, so that two workers end at about the same time. */
export default class SlowFirst {
  sort(tests) {
    const size = new Map(tests.map(({ path }) => [path, statSync(path).size]));
    return [...tests].sort(
      (one, other) => levelOf(one) - levelOf(other) || size.get(other.path) - size.get(one.path),
    );
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {}
}
