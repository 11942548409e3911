import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pages, workspaceRoot } from './pages.ts';
import { missingTests, promisedTests } from './promised-tests.ts';

const specs = globSync(
  ['{apps,libs,tools}/**/src/**/*.{spec,contract}.ts', 'libs/testing/src/*/contract/*-rules.ts'],
  { cwd: workspaceRoot },
);
const sources = (file: string): string[] =>
  specs
    .filter((path) => basename(path) === file)
    .map((path) => readFileSync(join(workspaceRoot, path), 'utf8'));

describe('the tests that a page names', () => {
  it.each([
    ['docs/reference/guarantees.md', 60],
    ['docs/reference/security.md', 20],
  ])('exist under these titles: %s', (path, atLeast) => {
    const promised = promisedTests(pages.find((page) => page.path === path)?.text ?? '');
    expect(promised.length).toBeGreaterThan(atLeast);
    expect(missingTests(promised, sources)).toEqual([]);
  });
});

describe('the check of promised tests', () => {
  const text = `it('G1: is\\'nt ' + 'lost, ever and ever', ...)`;
  const missing = (line: string): string[] =>
    missingTests(promisedTests(line), (file) => (file === 'a.int.spec.ts' ? [text] : []));

  it.each([
    ['- `a.int.spec.ts` "G1: is\'nt lost, ever and ever"'],
    ['  - `a.int.spec.ts` "G1: … ever and …" (twice)'],
    ['| a risk | what is done | `a.int.spec.ts` "G1: …" |'],
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
