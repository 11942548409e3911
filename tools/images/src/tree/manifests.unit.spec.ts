import { projectsOf, shippedLockfile, shippedManifest } from './manifests.ts';

const lockfile = {
  lockfileVersion: 3,
  packages: {
    '': {
      name: 'root',
      dependencies: { pg: '1.0.0' },
      devDependencies: { jest: '1.0.0' },
      workspaces: ['libs/*'],
    },
    'libs/a': { dependencies: { pg: '1.0.0' }, devDependencies: { '@x/b': '*' } },
    'libs/b': {},
    'libs/a/node_modules/pg': { version: '1.0.0', devDependencies: { mocha: '1' } },
    'node_modules/@x/b': { resolved: 'libs/b', link: true },
    'node_modules/pg': { version: '2.0.0' },
  },
};

describe('what ships of the manifests', () => {
  it('is nothing that only development reads, and of the root no pinned dependency', () => {
    const root = {
      name: 'root',
      dependencies: { pg: '1' },
      devDependencies: { jest: '1' },
      scripts: {},
      workspaces: [],
    };
    expect(shippedManifest('', root)).toEqual({ name: 'root', workspaces: [] });
    const library = {
      name: 'a',
      dependencies: { pg: '1' },
      devDependencies: { jest: '1' },
      exports: {},
      nx: {},
    };
    expect(shippedManifest('libs/a', library)).toEqual({ name: 'a', dependencies: { pg: '1' }, exports: {} });
  });

  it('is a lockfile of the same packages, whose projects want no package for development', () => {
    expect(projectsOf(lockfile)).toEqual(['', 'libs/a', 'libs/b']);
    const { packages, lockfileVersion } = shippedLockfile(lockfile);
    expect(lockfileVersion).toBe(3);
    expect(packages).toEqual({
      ...lockfile.packages,
      '': { name: 'root', workspaces: ['libs/*'] },
      'libs/a': { dependencies: { pg: '1.0.0' } },
    });
  });
});
