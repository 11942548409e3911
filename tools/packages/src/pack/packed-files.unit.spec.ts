import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packedFiles } from './packed-files.ts';
import { typesNeeded } from './types-needed.ts';

const folder = mkdtempSync(join(tmpdir(), 'packed-'));
const write = (file: string, text = '') => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};
afterAll(() => rmSync(folder, { recursive: true }));

it('a package that is not built is refused', () => {
  write('src/one.ts');
  expect(() => packedFiles(folder)).toThrow('is not built. Build it first');
});

it('sources and what they were compiled to are packed, tests and what is left of deleted sources are not', () => {
  const built = (name: string) => ['.js', '.js.map', '.d.ts', '.d.ts.map'].map((end) => `dist/${name}${end}`);
  const wanted = [...built('a/one'), ...built('two'), 'src/a/one.ts', 'src/two.ts'];
  const others = [
    ...[...built('two.unit.spec'), 'src/two.unit.spec.ts', ...built('gone'), 'dist/tsconfig.tsbuildinfo'],
    ...[...built('testing/three'), 'src/testing/three.ts', 'src/a/four.contract.ts', 'src/golden/log.jsonl'],
  ];
  for (const file of [...wanted, ...others]) write(file);
  rmSync(join(folder, 'src/one.ts'));
  expect(packedFiles(folder)).toEqual(wanted.toSorted());
});

it('packages of types come along where declarations name what they describe', () => {
  write('dist/a.d.ts', "import type { Pool } from 'pg';\nexport declare const a: import('@scope/b/c').D;");
  write(
    'dist/b.d.ts',
    "import { Readable } from 'node:stream';\nimport { c } from './c.ts';\nimport 'pino';",
  );
  const known = {
    '@types/pg': '8.1.2',
    '@types/node': '24.0.0',
    '@types/scope__b': '1.0.0',
    '@types/jest': '30.0.0',
  };
  expect(typesNeeded(folder, ['dist/a.d.ts', 'dist/b.d.ts'], known)).toEqual({
    ...{ '@types/node': '*', '@types/pg': '^8.1.2', '@types/scope__b': '^1.0.0' },
  });
});
