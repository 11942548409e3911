import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('..', import.meta.url));

/**
 * A Jest reporter that leaves one file `{ project, passed, failed, suitesNotRun }` per run in `$TEST_COUNTS_DIR`, so that a run over
 * all projects can be summed up (.ci/run). Without that variable it does nothing.
 */
export default class CountsReporter {
  #rootDir;

  constructor(globalConfig) {
    this.#rootDir = globalConfig.rootDir;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    const directory = process.env.TEST_COUNTS_DIR;
    if (!directory) return;
    const project = relative(workspace, this.#rootDir).replaceAll('\\', '/');
    const counts = {
      project,
      passed: numPassedTests,
      failed: numFailedTests,
      suitesNotRun: numRuntimeErrorTestSuites,
    };
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, `${project.replaceAll('/', '+')}+${process.pid}.json`),
      JSON.stringify(counts),
    );
  }
}
