import type { Tree } from '@nx/devkit';

/** A `package.json` as far as it is read here. */
interface Manifest {
  name: string;
  version: string;
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  nx?: { readonly tags?: readonly string[]; readonly implicitDependencies?: string[] };
}

interface Lockfile {
  packages: Record<string, Record<string, unknown>>;
}

/** Where the parts of a context stand, by the end of their packages' names. */
export function placesOf(project: string): Readonly<Record<string, string>> {
  return {
    events: `libs/${project}/events`,
    domain: `libs/${project}/domain`,
    'read-model': `libs/${project}/read_model`,
    api: `apps/${project}-api`,
  };
}

/**
 * Makes npm know the packages of a new context: the root's workspaces, the dependencies of the processes that serve every context,
 * and the lockfile, as npm would write it.
 */
export function registerPackages(tree: Tree, project: string, others: readonly string[]): void {
  const places = Object.values(placesOf(project));
  const changed = [...places, ...dependents(tree, project, others)];
  editJson<Manifest>(tree, 'package.json', (root) => {
    root.workspaces = [...(root.workspaces ?? []), `libs/${project}/*`].toSorted();
  });
  editJson<Manifest>(tree, 'libs/read_model/rebuild/package.json', (manifest) => {
    manifest.devDependencies = sorted({
      ...manifest.devDependencies,
      [`@reprise/${project}-read-model`]: '*',
    });
  });
  editJson<Manifest>(tree, 'tools/start/package.json', ({ nx }) => {
    nx?.implicitDependencies?.push(`${project}-api`);
  });
  editJson<{ references: { path: string }[] }>(tree, 'tsconfig.reprise.json', (config) => {
    for (const part of ['events', 'read_model'])
      config.references.push({ path: `./libs/${project}/${part}` });
  });
  editJson<Lockfile>(tree, 'package-lock.json', (lock) => {
    const root = readJson<Manifest>(tree, 'package.json');
    lock.packages['']!['workspaces'] = root.workspaces;
    for (const place of [...changed, 'libs/read_model/rebuild']) {
      const { name, version, dependencies, devDependencies } = readJson<Manifest>(
        tree,
        `${place}/package.json`,
      );
      lock.packages[place] = {
        name,
        version,
        ...(dependencies && { dependencies }),
        ...(devDependencies && { devDependencies }),
      };
      lock.packages[`node_modules/${name}`] = { resolved: place, link: true };
    }
    const order = Object.keys(lock.packages).sort((a, b) => a.localeCompare(b, 'en'));
    lock.packages = Object.fromEntries(order.map((key) => [key, lock.packages[key]!]));
  });
}

/** Adds the new context to what depends on all the others; returns where those projects are. */
function dependents(tree: Tree, project: string, others: readonly string[]): string[] {
  return tree
    .children('apps')
    .map((app) => `apps/${app}`)
    .filter((place) => {
      if (!tree.exists(`${place}/package.json`)) return false;
      const { nx, dependencies = {} } = readJson<Manifest>(tree, `${place}/package.json`);
      const parts = Object.keys(placesOf(project)).filter((part) =>
        others.every((other) => `@reprise/${other}-${part}` in dependencies),
      );
      if (!nx?.tags?.includes('context:all') || parts.length === 0) return false;
      editJson<Manifest>(tree, `${place}/package.json`, (manifest) => {
        const added = parts.map((part) => [`@reprise/${project}-${part}`, '*']);
        manifest.dependencies = sorted({ ...manifest.dependencies, ...Object.fromEntries(added) });
      });
      return true;
    });
}

export function readJson<Value>(tree: Tree, path: string): Value {
  const text = tree.read(path, 'utf8');
  if (text === null) throw new Error(`There is no ${path}. Nothing was written.`);
  return JSON.parse(text) as Value;
}

function editJson<Value>(tree: Tree, path: string, edit: (value: Value) => void): void {
  const value = readJson<Value>(tree, path);
  edit(value);
  tree.write(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

function sorted(dependencies: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
}
