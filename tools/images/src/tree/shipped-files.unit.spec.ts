import { isShippedOfBuild, isShippedOfPackage } from './shipped-files.ts';

describe('files that ship', () => {
  it.each([
    ['main.js', true],
    ['migrations/create-products.js', true],
    ['schemas/product.json', true],
    ['main.js.map', false],
    ['main.d.ts', false],
    ['main.e2e.spec.js', false],
    ['stores/store.contract.js', false],
    ['testing/fixture.js', false],
    ['a/testing/fixture.js', false],
    ['tsconfig.tsbuildinfo', false],
  ])('of a build: %s %s', (path, ships) => {
    expect(isShippedOfBuild(path)).toBe(ships);
  });

  it.each([
    ['node_modules/pg/lib/index.js', true],
    ['node_modules/a/native.wasm', true],
    ['node_modules/a/LICENSE.md', true],
    ['node_modules/a/Licence', true],
    ['node_modules/a/NOTICE.md', true],
    ['node_modules/a/README.md', false],
    ['node_modules/a/index.d.mts', false],
    ['node_modules/a/src/index.ts', false],
    ['node_modules/a/index.js.map', false],
  ])('of an npm package: %s %s', (path, ships) => {
    expect(isShippedOfPackage(path)).toBe(ships);
  });
});
