import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { anchorsOf, brokenLinks } from './links.ts';
import { pages, workspaceRoot } from './pages.ts';

describe('the documentation', () => {
  it('has no link that leads nowhere', () => {
    expect(pages.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['README.md', 'docs/README.md', 'docs/how-to/rebuild.md']),
    );
    expect(brokenLinks(pages, (path) => existsSync(join(workspaceRoot, path)))).toEqual([]);
  });

  it('can be reached from its contents: every page is linked from another one', () => {
    const linked = new Set(
      pages.flatMap(({ path, text }) =>
        [...text.matchAll(/\]\(([^)\s#]+\.md)/g)].map(([, link = '']) => join(path, '..', link)),
      ),
    );
    expect(pages.map(({ path }) => path).filter((path) => !linked.has(path) && path !== 'README.md')).toEqual(
      [],
    );
  });
});

describe('the check of links', () => {
  const exists = (path: string): boolean => ['a.md', 'docs/b.md', 'docs/c.ts'].includes(path);
  const b = { path: 'docs/b.md', text: '# B\n\n## It stands (exit 2)\n\n## `rebuild`, again\n' };

  it.each([
    ['[x](docs/b.md)', []],
    ['[x](docs/b.md#it-stands-exit-2)', []],
    ['[x](docs/b.md#rebuild-again)', []],
    ['[x](#a)', []],
    ['[x](docs/c.ts)', []],
    ['[x](https://example.org/#none)', []],
    ['```\n[x](none.md)\n```', []],
    ['[x](none.md)', ['a.md: none.md']],
    ['[x](docs/b.md#it-stands)', ['a.md: docs/b.md#it-stands']],
    ['[x](#b)', ['a.md: #b']],
  ])('judges %s', (link, broken) => {
    expect(brokenLinks([{ path: 'a.md', text: `# A\n\n${link}\n` }, b], exists)).toEqual(broken);
  });

  it('numbers headings that occur again, and takes none from code', () => {
    expect([...anchorsOf('# A\n## A\n```sh\n# B\n```\n## C [d](e.md)\n')]).toEqual(['a', 'a-1', 'c-d']);
  });
});
