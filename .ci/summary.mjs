/**
 * Sums up a run: `node .ci/summary.mjs COUNTS_DIR EXIT_CODE`. Prints one line per project, what failed and why (the first tests, the
 * first lines of each: whoever sees only the end of a long log must find it there) and, last and alone, `N passed, N failed`.
 * A test file that could not be loaded counts as one failed test, and so does a command that failed although no test did
 * (an install, a lint rule, a type, a build). Exits 0 only when nothing failed and at least one test ran.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const testsShown = 20;
const linesShown = 25;

const [directory, exitCode] = process.argv.slice(2);
const projects = readdirSync(directory)
  .sort()
  .map((file) => JSON.parse(readFileSync(join(directory, file), 'utf8')));

const failures = ({ failed, suitesNotRun }) => failed + suitesNotRun;
for (const counts of projects) {
  console.log(`${counts.project.padEnd(28)} ${counts.passed} passed, ${failures(counts)} failed`);
}
const failedTests = projects.flatMap((counts) => counts.failures ?? []);
for (const { file, name, message } of failedTests.slice(0, testsShown)) {
  const lines = stripVTControlCharacters(message).split('\n');
  console.log(`\nFAILED ${file}: ${name}`);
  for (const line of lines.slice(0, linesShown)) console.log(`  ${line}`);
  if (lines.length > linesShown) console.log(`  … ${lines.length - linesShown} more lines`);
}
if (failedTests.length > testsShown)
  console.log(`\n… and ${failedTests.length - testsShown} more failed tests`);
const passed = projects.reduce((sum, counts) => sum + counts.passed, 0);
let failed = projects.reduce((sum, counts) => sum + failures(counts), 0);
if (failed === 0 && exitCode !== '0') {
  console.log(
    `No test failed, but the command ended with ${exitCode}: an install, lint, typecheck or build above did.`,
  );
  failed = 1;
}
if (failed === 0 && passed === 0) {
  console.log('No test ran.');
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
