import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pages, workspaceRoot } from './pages.ts';
import { missingTests, promisedTests } from './promised-tests.ts';

const specs = globSync('{apps,libs,tools}/**/src/**/*.{spec,contract}.ts', { cwd: workspaceRoot });
const sources = (file: string): string[] =>
  specs
    .filter((path) => basename(path) === file)
    .map((path) => readFileSync(join(workspaceRoot, path), 'utf8'));

describe('the tests that the guarantees name', () => {
  const page = pages.find(({ path }) => path === 'docs/reference/guarantees.md')?.text ?? '';

  it('exist under these titles', () => {
    expect(promisedTests(page).length).toBeGreaterThan(60);
    expect(missingTests(promisedTests(page), sources)).toEqual([]);
  });
});

describe('the check of promised tests', () => {
  const text = `it('G1: is\\'nt ' + 'lost, ever and ever', ...)`;
  const missing = (line: string): string[] =>
    missingTests(promisedTests(line), (file) => (file === 'a.int.spec.ts' ? [text] : []));

  it.each([
    ['- `a.int.spec.ts` "G1: is\'nt lost, ever and ever"'],
    ['  - `a.int.spec.ts` "G1: … ever and …" (twice)'],
    ['- `b.int.spec.ts` and `a.int.spec.ts` "G1: …"'],
  ])('finds the test of %s', (line) => {
    expect(missing(line)).toEqual([]);
  });

  it.each([['- `a.int.spec.ts` "G1: … never"'], ['- `b.int.spec.ts` "G1: …"']])(
    'misses that of %s',
    (line) => {
      expect(missing(line)).toHaveLength(1);
    },
  );
});
