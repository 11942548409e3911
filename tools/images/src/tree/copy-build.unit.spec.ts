import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { copyBuild, copyPages, filesIn } from './copy-build.ts';

describe('copying a build', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'copy-build-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (...paths: string[]): void => {
    for (const path of paths) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
  };

  it('takes what the sources were compiled to, and leaves out tests and files whose source is gone', () => {
    write('a/src/main.ts', 'a/src/main.unit.spec.ts', 'a/src/schemas/one.json');
    write(
      'a/dist/main.js',
      'a/dist/main.unit.spec.js',
      'a/dist/main.d.ts',
      'a/dist/schemas/one.json',
      'a/dist/gone.js',
    );
    copyBuild(join(folder, 'a'), join(folder, 'out'));
    expect(filesIn(join(folder, 'out')).sort()).toEqual(
      ['dist/main.js', 'dist/schemas/one.json'].map((path) => join(folder, 'out', path)),
    );
  });

  it('is refused for a project that is not built, which it names', () => {
    write('a/src/main.ts');
    expect(() => copyBuild(join(folder, 'a'), join(folder, 'out'))).toThrow(
      `${join(folder, 'a')} is not built. Build it first: npx tsc -b`,
    );
  });

  it('takes the pages of a project that has some as they were built, and none of what they were made of', () => {
    write('a/web/index.html', 'a/web/src/main.tsx', 'b/src/main.ts');
    const copy = (name: string): void => copyPages(join(folder, name), join(folder, 'out'));
    expect(() => copy('a')).toThrow('are not built. Build them first: npx nx build-pages a');
    write('a/web/dist/index.html', 'a/web/dist/assets/main-1a2b.js');
    copy('a');
    copy('b');
    expect(filesIn(join(folder, 'out')).sort()).toEqual(
      ['web/dist/assets/main-1a2b.js', 'web/dist/index.html'].map((path) => join(folder, 'out', path)),
    );
  });
});
