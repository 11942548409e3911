import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCircles, readFileImports } from './import-circles.ts';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

describe('files that import each other in a circle', () => {
  it('are none in this workspace, types included', () => {
    const imports = readFileImports(workspace);
    expect(imports.get('libs/outbox/src/index.ts')?.length).toBeGreaterThan(1);
    expect([...imports.values()].flat()).toContain('libs/events/src/index.ts');
    expect(findCircles(imports)).toEqual([]);
  });

  it('are found whichever of them is looked at first, and named once', () => {
    const imports = new Map([
      ['entry', ['c']],
      ['b', ['c', 'leaf']],
      ['c', ['a']],
      ['a', ['b']],
      ['leaf', []],
    ]);
    expect(findCircles(imports)).toEqual([['a', 'b', 'c']]);
    expect(findCircles(new Map([['a', ['a']]]))).toEqual([['a']]);
    expect(
      findCircles(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toEqual([]);
  });

  it('are seen through a type, through a package and through a call of import', () => {
    const root = mkdtempSync(join(tmpdir(), 'import-circles-'));
    const write = (file: string, text: string) => {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    };
    const exported = { '.': { '@reprise/source': './src/index.ts' } };
    write('libs/one/package.json', JSON.stringify({ name: '@reprise/one', exports: exported }));
    write('libs/one/src/index.ts', "export { one } from './one.ts';");
    write(
      'libs/one/src/one.ts',
      "import { type Two } from '../../two/src/two.ts';\nexport const one: Two = 1;",
    );
    write('libs/two/src/two.ts', "import type { Three } from './three.ts';\nexport type Two = Three;");
    write('libs/two/src/three.ts', "export const three = await import('@reprise/one');");
    try {
      expect(findCircles(readFileImports(root))).toEqual([
        ['libs/one/src/index.ts', 'libs/one/src/one.ts', 'libs/two/src/two.ts', 'libs/two/src/three.ts'],
      ]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
