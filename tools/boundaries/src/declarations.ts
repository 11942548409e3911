import { matchesGlob } from 'node:path';
import { bundledFiles } from './constraints.mjs';
import { type ImportGraph, type Project } from './import-graph.ts';

/** A file imports what its project's package.json does not declare, or declares otherwise than the root pins it. */
export interface Undeclared {
  readonly source: string;
  readonly packageName: string;
  readonly problem: string;
}

/**
 * Compares imports with package.json files. What a project ships must stand under `dependencies`; what only its tests use, or
 * is bundled into its pages, may stand under `devDependencies`, or in the root's package.json, where the test runner is. A package of npm is declared at exactly
 * the version the root pins, a project of the workspace as `*`.
 */
export function findUndeclared({ projects, imports, pinned }: ImportGraph): Undeclared[] {
  const packageNames = new Map(projects.map(({ name, packageName }) => [name, packageName]));
  const missing = new Map<string, Undeclared>();
  for (const { source, target, inTest, file } of imports) {
    const project = projects.find(({ name }) => name === source);
    const packageName = packageNames.get(target) ?? target.replace(/^npm:/, '');
    if (!project || source === target || packageName.startsWith('@types/')) continue;
    const notInstalled = inTest || bundledFiles.some((pattern) => matchesGlob(file, pattern));
    if (declares(project, packageName, notInstalled) || (inTest && packageName in pinned)) continue;
    missing.set(`${source} ${packageName}`, { source, packageName, problem: `import without a dependency` });
  }
  return [...missing.values(), ...projects.flatMap((project) => otherVersions(project, projects, pinned))];
}

function declares(
  { dependencies, devDependencies }: Project,
  packageName: string,
  notInstalled: boolean,
): boolean {
  return packageName in dependencies || (notInstalled && packageName in devDependencies);
}

function otherVersions(
  project: Project,
  projects: readonly Project[],
  pinned: ImportGraph['pinned'],
): Undeclared[] {
  return Object.entries({ ...project.dependencies, ...project.devDependencies }).flatMap(
    ([packageName, version]) => {
      const ours = projects.some((other) => other.packageName === packageName);
      const expected = ours ? '*' : pinned[packageName];
      if (version === expected) return [];
      const problem = expected
        ? `declared as ${version}, pinned as ${expected}`
        : `declared, but not in the root's package.json`;
      return [{ source: project.name, packageName, problem }];
    },
  );
}
