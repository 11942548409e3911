import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jest } from '@jest/globals';

jest.setTimeout(180_000);

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
const projections = 'libs/product/read_model/src';
const left = new Set(['node_modules', 'dist', 'coverage', '.git', '.nx', '.stack']);

/** A copy of the workspace with the same packages installed, its own projects linked to the copy. */
function copyOfWorkspace(): string {
  const copy = mkdtempSync(join(tmpdir(), 'reprise-generators-'));
  cpSync(workspace, copy, { recursive: true, filter: (path) => !left.has(basename(path)) });
  const packages = join(workspace, 'node_modules');
  mkdirSync(join(copy, 'node_modules'));
  for (const entry of readdirSync(packages)) {
    const target = join(copy, 'node_modules', entry);
    // The links of the workspace's own packages are relative: copied as they are, they lead into the copy.
    if (entry === '@reprise')
      cpSync(join(packages, entry), target, { recursive: true, verbatimSymlinks: true });
    else if (entry !== '.cache') symlinkSync(join(packages, entry), target);
  }
  return copy;
}

describe('nx g ./tools/generators:projection', () => {
  let copy: string;

  /** Runs a package's command in the copy, without the variables that an Nx running this test sets for its children. */
  const run = (command: string, ...args: string[]) =>
    new Promise<{ code: number; output: string }>((resolve) => {
      const own = Object.entries(process.env).filter(
        ([name]) => !/^(NX_|JEST_|NODE_OPTIONS$|TEST_COUNTS_DIR$)/.test(name),
      );
      const env = { ...Object.fromEntries(own), NX_DAEMON: 'false', NX_SKIP_NX_CACHE: 'true' };
      const file = join(copy, 'node_modules/.bin', command);
      execFile(
        process.execPath,
        [file, ...args],
        { cwd: copy, env, maxBuffer: 1 << 26 },
        (error, ...output) => resolve({ code: error === null ? 0 : 1, output: output.join('') }),
      );
    });
  const generate = (...args: string[]) => run('nx', 'g', './tools/generators:projection', ...args);

  beforeAll(async () => {
    copy = copyOfWorkspace();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('makes projections of both storages that pass format, lint, types and tests at once', async () => {
    const search = await generate('brand_index', '--storage', 'elasticsearch');
    const table = await generate('stock_level', '--storage', 'postgres');
    expect([search, table]).toEqual([
      { code: 0, output: expect.stringContaining('brand_index is registered') },
      { code: 0, output: expect.stringContaining('stock_level is registered') },
    ]);
    expect(readdirSync(join(copy, projections, 'stock-level')).sort()).toEqual([
      'document.ts',
      'stock-level.ts',
      'stock-level.unit.spec.ts',
      'storage.ts',
    ]);
    const made = ['brand-index', 'stock-level', 'registered-projections.ts'].map((path) =>
      join(projections, path),
    );
    const format = await run('prettier', '--check', ...made);
    expect(format).toEqual({ code: 0, output: expect.anything() });
    const checks = await run('nx', 'run-many', '-t', 'lint', 'typecheck', '-p', 'product-read-model');
    expect({ ...checks, output: checks.code === 0 ? '' : checks.output }).toEqual({ code: 0, output: '' });
    // Their own specs and the rules of every projection; those of the others are no news.
    const names = '--testNamePattern=^(stock_level|brand_index)';
    const tests = await run('nx', 'test', 'product-read-model', names);
    expect({ ...tests, output: tests.code === 0 ? '' : tests.output }).toEqual({ code: 0, output: '' });
    for (const spec of ['stock-level', 'brand-index', 'projections'])
      expect(tests.output).toContain(`${spec}.unit.spec.ts`);
  });

  it('refuses a projection that exists, and one that no table could be named after, and writes nothing', async () => {
    const registration = join(copy, projections, 'registered-projections.ts');
    const before = readFileSync(registration, 'utf8');
    expect(await Promise.all([generate('product_summary'), generate('Product!')])).toEqual([
      { code: 1, output: expect.stringContaining('exists already. Nothing was written') },
      { code: 1, output: expect.stringContaining("cannot be a projection's name") },
    ]);
    expect(readFileSync(registration, 'utf8')).toBe(before);
    expect(existsSync(join(copy, projections, 'product!'))).toBe(false);
  });
});
