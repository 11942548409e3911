import { type ImportGraph, type Project } from './import-graph.ts';

/** A file imports what its project's package.json does not declare, or declares otherwise than the root pins it. */
export interface Undeclared {
  readonly source: string;
  readonly packageName: string;
  readonly problem: string;
}

/**
 * Compares imports with package.json files. What a project ships must stand under `dependencies`; what only its tests use may
 * stand under `devDependencies`, or in the root's package.json, where the test runner is. A package of npm is declared at exactly
 * the version the root pins, a project of the workspace as `*`.
 */
export function findUndeclared({ projects, imports, pinned }: ImportGraph): Undeclared[] {
  const packageNames = new Map(projects.map(({ name, packageName }) => [name, packageName]));
  const missing = new Map<string, Undeclared>();
  for (const { source, target, inTest } of imports) {
    const project = projects.find(({ name }) => name === source);
    const packageName = packageNames.get(target) ?? target.replace(/^npm:/, '');
    if (!project || source === target || packageName.startsWith('@types/')) continue;
    if (declares(project, packageName, inTest) || (inTest && packageName in pinned)) continue;
    missing.set(`${source} ${packageName}`, { source, packageName, problem: `import without a dependency` });
  }
  return [...missing.values(), ...projects.flatMap((project) => otherVersions(project, projects, pinned))];
}

function declares({ dependencies, devDependencies }: Project, packageName: string, inTest: boolean): boolean {
  return packageName in dependencies || (inTest && packageName in devDependencies);
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
