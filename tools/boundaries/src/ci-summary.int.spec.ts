import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tool = fileURLToPath(new URL('../../../.ci/summary.mjs', import.meta.url));

describe('.ci/summary.mjs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'counts-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function leave(project: string, passed: number, failed = 0, suitesNotRun = 0): void {
    const counts = { project, passed, failed, suitesNotRun };
    writeFileSync(join(folder, `${project}.json`), JSON.stringify(counts));
  }

  function summary(exitCode: number): { lastLine: string | undefined; code: number | null } {
    const { stdout, status } = spawnSync(process.execPath, [tool, folder, String(exitCode)], {
      encoding: 'utf8',
    });
    return { lastLine: stdout.trimEnd().split('\n').at(-1), code: status };
  }

  it('adds up the projects', () => {
    leave('a', 3);
    leave('b', 4);
    expect(summary(0)).toEqual({ lastLine: '7 passed, 0 failed', code: 0 });
  });

  it('counts a test file that could not be loaded as a failed test', () => {
    leave('a', 3, 1, 2);
    expect(summary(1)).toEqual({ lastLine: '3 passed, 3 failed', code: 1 });
  });

  it('counts a failed lint, build or install, which no test reports', () => {
    leave('a', 3);
    expect(summary(130)).toEqual({ lastLine: '3 passed, 1 failed', code: 1 });
  });

  it('names what failed and why at the end, in a few lines each, whatever a message holds', () => {
    const message = [
      '\u001b[31mexpected 1\u001b[39m',
      ...Array.from({ length: 200 }, (_, at) => `line ${at}`),
    ].join('\n');
    const failures = Array.from({ length: 30 }, (_, at) => ({
      file: 'src/a.spec.ts',
      name: `test ${at}`,
      message,
    }));
    writeFileSync(
      join(folder, 'a.json'),
      JSON.stringify({ project: 'a', passed: 1, failed: 30, suitesNotRun: 0, failures }),
    );
    const { stdout } = spawnSync(process.execPath, [tool, folder, '1'], { encoding: 'utf8' });
    expect(stdout).toContain('FAILED src/a.spec.ts: test 0\n  expected 1\n  line 0\n');
    expect(stdout).toMatch(/line 23\n {2}… 176 more lines\n/);
    expect(stdout).not.toContain('line 24');
    expect(stdout).not.toContain('test 20');
    expect(stdout).toMatch(/… and 10 more failed tests\n1 passed, 30 failed\n$/);
  });

  it('fails when no test ran', () => {
    expect(summary(0)).toEqual({ lastLine: '0 passed, 1 failed', code: 1 });
  });
});
