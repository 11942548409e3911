import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('..', import.meta.url));

/** Where each project names the suites it left out, for `tools/left-out.mjs`. */
export const leftOutDirectory = join(workspace, 'node_modules/.cache/reprise/left-out');

/**
 * A Jest reporter that leaves one file `{ project, passed, failed, suitesNotRun, failures }` per run in `$TEST_COUNTS_DIR`, so that a
 * run over all projects can be summed up (.ci/run). It also notes which suites were left out, because their program is missing here.
 */
export default class CountsReporter {
  #rootDir;

  constructor(globalConfig) {
    this.#rootDir = globalConfig.rootDir;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const project = relative(workspace, this.#rootDir).replaceAll('\\', '/');
    noteLeftOut(
      project,
      testResults.flatMap(({ testResults: tests }) => tests.map(({ title }) => title)),
    );
    const directory = process.env.TEST_COUNTS_DIR;
    if (!directory) return;
    const counts = {
      project,
      passed: numPassedTests,
      failed: numFailedTests,
      suitesNotRun: numRuntimeErrorTestSuites,
      failures: testResults.flatMap(failuresOf),
    };
    mkdirSync(directory, { recursive: true });
    writeFileSync(
      join(directory, `${project.replaceAll('/', '+')}+${process.pid}.json`),
      JSON.stringify(counts),
    );
  }
}

/** Each failed test of a file, or the file when it did not load: `{ file, name, message }`. */
function failuresOf({ testFilePath, testExecError, failureMessage, testResults }) {
  const file = relative(workspace, testFilePath).replaceAll('\\', '/');
  if (testExecError) return [{ file, name: 'the file did not load', message: failureMessage ?? '' }];
  return testResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => ({ file, name: fullName, message: failureMessages.join('\n') }));
}

function noteLeftOut(project, titles) {
  const file = join(leftOutDirectory, project.replaceAll('/', '+'));
  const leftOut = titles.filter((title) => title.includes(': left out, since '));
  rmSync(file, { force: true });
  if (leftOut.length === 0) return;
  mkdirSync(leftOutDirectory, { recursive: true });
  writeFileSync(file, leftOut.map((title) => `${title}\n`).join(''));
}
