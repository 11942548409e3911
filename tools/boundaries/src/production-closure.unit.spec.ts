import { developmentPackages, productionClosure, type LockedPackages } from './production-closure.ts';

const workspace = (library: LockedPackages[string]): LockedPackages => ({
  '': { devDependencies: { eslint: '1.0.0', '@types/node': '1.0.0' } },
  'apps/a': { dependencies: { '@reprise/b': '*' }, devDependencies: { jest: '1.0.0' } },
  'libs/b': library,
  'tools/t': {},
  'node_modules/@reprise/b': { resolved: 'libs/b', link: true },
  'node_modules/@reprise/t': { resolved: 'tools/t', link: true },
  'node_modules/@types/node': {},
  'node_modules/eslint': {},
  'node_modules/jest': { dependencies: { 'jest-mock': '1.0.0' } },
  'node_modules/jest-mock': {},
  'node_modules/pg': {
    dependencies: { 'pg-types': '1.0.0' },
    optionalDependencies: { 'pg-native': '1.0.0' },
  },
  'node_modules/pg-types': {},
  'node_modules/pg/node_modules/pg-types': { peerDependencies: { peer: '1', absent: '1' } },
  'node_modules/peer': {},
});
const found = (library: LockedPackages[string]) => {
  const packages = workspace(library);
  const closure = productionClosure(packages, 'apps/a');
  return { places: [...closure.keys()], development: developmentPackages(packages, closure) };
};

describe('the production closure', () => {
  it('follows the workspace and npm as Node does, and takes no dependency of development', () => {
    expect(found({ dependencies: { pg: '1.0.0' }, devDependencies: { eslint: '1.0.0' } })).toEqual({
      places: ['libs/b', 'node_modules/pg', 'node_modules/pg/node_modules/pg-types', 'node_modules/peer'],
      development: [],
    });
  });

  it.each([
    ['jest, and what comes with it', { jest: '1' }, ['@reprise/b > jest', '@reprise/b > jest > jest-mock']],
    ['what the root needs for development', { eslint: '1' }, ['@reprise/b > eslint']],
    ['a tool of the workspace', { '@reprise/t': '*' }, ['@reprise/b > @reprise/t']],
  ])('names %s', (_, dependencies, expected) => {
    expect(found({ dependencies }).development).toEqual(expected);
  });

  it('lets types pass, which npm packages depend on and nothing loads', () => {
    expect(found({ dependencies: { '@types/node': '1' } }).development).toEqual([]);
  });
});
