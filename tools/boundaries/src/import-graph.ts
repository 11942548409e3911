import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { createProjectGraphAsync, workspaceRoot } from '@nx/devkit';
// The pinned Nx keeps which file imports what only here; its own lint rule reads it from the same place.
import { readFileMapCache } from '@nx/devkit/internal';
import { testFiles } from './constraints.mjs';

/** A project of the workspace with the packages it declares. */
export interface Project {
  readonly name: string;
  /** From the workspace's root, such as `libs/events`. */
  readonly root: string;
  readonly tags: readonly string[];
  readonly description: string;
  /** Name in package.json, by which others import it. */
  readonly packageName: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** One file of a project imports something: another project by its name, or a package as `npm:NAME`. */
export interface Import {
  readonly source: string;
  readonly target: string;
  readonly file: string;
  readonly inTest: boolean;
}

export interface ImportGraph {
  readonly projects: readonly Project[];
  readonly imports: readonly Import[];
  /** What the root's package.json pins, by package name. */
  readonly pinned: Readonly<Record<string, string>>;
}

/** Whether a file holds tests or what only tests use. */
export function isTestFile(file: string): boolean {
  return testFiles.some((pattern) => matchesGlob(file, pattern));
}

interface PackageJson {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const readPackageJson = (root: string): PackageJson =>
  JSON.parse(readFileSync(join(workspaceRoot, root, 'package.json'), 'utf8'));

/**
 * The imports of every source file as Nx found them, recomputed when a file changed. What a package.json declares is not an
 * import and stands in `projects` instead.
 */
export async function readImportGraph(): Promise<ImportGraph> {
  const { nodes } = await createProjectGraphAsync({ exitOnError: false });
  const files = readFileMapCache()?.fileMap.projectFileMap;
  if (!files) throw new Error('Nx left no map of files and imports. Run: npx nx reset, then again.');

  const projects = Object.values(nodes)
    .map(({ name, data }) => {
      const { name: packageName, devDependencies = {}, ...ships } = readPackageJson(data.root);
      const dependencies = { ...ships.dependencies, ...ships.peerDependencies };
      // Nx derives npm:private from package.json; every other tag is ours.
      const tags = (data.tags ?? []).filter((tag) => !tag.startsWith('npm:'));
      const description = data.metadata?.description ?? '';
      return { name, root: data.root, tags, description, packageName, dependencies, devDependencies };
    })
    .sort((a, b) => (a.root < b.root ? -1 : 1));

  const imports = projects.flatMap(({ name }) =>
    (files[name] ?? [])
      .filter(({ file, deps }) => deps && !file.endsWith('package.json'))
      .flatMap(({ file, deps = [] }) => deps.map((dep) => edge(name, file, dep))),
  );
  const root = readPackageJson('.');
  return { projects, imports, pinned: { ...root.dependencies, ...root.devDependencies } };
}

/** Nx writes a dependency as `target` or `[source, target, kind]`, and a package as `npm:NAME` or `npm:NAME@VERSION`. */
function edge(source: string, file: string, dep: string | readonly string[]): Import {
  const target = typeof dep === 'string' ? dep : ((dep.length > 2 ? dep[1] : dep[0]) ?? '');
  return { source, target: target.replace(/^(npm:@?[^@]+)@.*$/, '$1'), file, inTest: isTestFile(file) };
}
