import { type Constraint, type NxConstraint, owners, scopes, types } from './constraints.mjs';
import { depConstraints } from './dep-constraints.mjs';
import { type Import, type ImportGraph, type Project } from './import-graph.ts';

/** A project or an import that a rule forbids. */
export interface Violation {
  /** Id of the row, or `one-tag-per-axis`. */
  readonly rule: string;
  readonly source: string;
  /** Absent when the project itself is at fault. */
  readonly target?: string;
  readonly file?: string;
  readonly because: string;
}

type JudgedGraph = Pick<ImportGraph, 'imports'> & {
  readonly projects: readonly Pick<Project, 'name' | 'tags'>[];
};

/**
 * Judges a graph by the rows, with the meaning `@nx/enforce-module-boundaries` gives them. Beyond that rule it requires of every
 * project exactly one known tag per axis: a row says nothing about a project that does not carry its tag, so a project without
 * tags could import anything.
 *
 * @returns the violations in the order of projects, then imports; empty when the graph keeps all rules
 */
export function findViolations(graph: JudgedGraph, rows: readonly Constraint[]): Violation[] {
  const projects = new Map(graph.projects.map((project) => [project.name, project]));
  return [
    ...graph.projects.flatMap((project) => tagViolations(project)),
    ...graph.imports.flatMap((edge) => {
      const source = projects.get(edge.source);
      if (!source || edge.source === edge.target) return [];
      return rows.filter((row) => forbids(row, source, edge, projects)).map((row) => violation(row, edge));
    }),
  ];
}

function tagViolations({ name, tags }: Pick<Project, 'name' | 'tags'>): Violation[] {
  const known = new Set([
    ...scopes.map((scope) => `scope:${scope}`),
    ...types.map((type) => `type:${type}`),
    ...owners.map((owner) => `context:${owner}`),
  ]);
  const count = (axis: string) => tags.filter((tag) => tag.startsWith(axis)).length;
  const isOneOfEach = ['scope:', 'type:', 'context:'].every((axis) => count(axis) === 1);
  if (isOneOfEach && tags.every((tag) => known.has(tag))) return [];
  const because = `a project carries one known scope, one known type and one known context; these are: ${tags.join(', ') || 'none'}`;
  return [{ rule: 'one-tag-per-axis', source: name, because }];
}

function violation({ id, because }: Constraint, { source, target, file }: Import): Violation {
  return { rule: id, source, target, file, because };
}

function forbids(
  row: Constraint,
  source: Pick<Project, 'tags'>,
  { target, inTest }: Import,
  projects: ReadonlyMap<string, Pick<Project, 'tags'>>,
): boolean {
  const [constraint] = depConstraints([row], { inTests: inTest });
  if (!constraint) return false;
  const sourceTags = constraint.allSourceTags ?? [constraint.sourceTag ?? ''];
  if (!sourceTags.every((tag) => source.tags.includes(tag))) return false;
  if (target.startsWith('npm:')) return forbidsPackage(constraint, target.slice('npm:'.length));
  const allowed = constraint.onlyDependOnLibsWithTags;
  return allowed !== undefined && !projects.get(target)?.tags.some((tag) => allowed.includes(tag));
}

function forbidsPackage(constraint: NxConstraint, name: string): boolean {
  const { bannedExternalImports = [], allowedExternalImports } = constraint;
  const matches = (glob: string) => new RegExp(`^${glob.replaceAll(/\*+/g, '.*')}$`).test(name);
  return (
    bannedExternalImports.some(matches) ||
    (allowedExternalImports !== undefined && !allowedExternalImports.some(matches))
  );
}
