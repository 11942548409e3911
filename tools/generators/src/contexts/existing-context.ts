import type { Tree } from '@nx/devkit';
import { declaredIn, membersOf, membersOfList } from '../source/edits.ts';

/** An event type as its context declares it. */
export interface DeclaredType {
  readonly type: string;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** A bounded context of the workspace, read from its sources. */
export interface ExistingContext {
  /** `order-intake`: folders, projects and tags. */
  readonly project: string;
  /** `orderIntake`: the beginning of constants. */
  readonly contextConst: string;
  /** The aggregate that is meant. */
  readonly aggregate: string;
  /** Its event types, in the order they are declared. */
  readonly types: readonly DeclaredType[];
}

/**
 * Finds a context and one of its aggregates.
 *
 * @param named the aggregate; undefined for the only one
 * @returns it, or everything that keeps it from being found, as sentences
 */
export function existingContext(
  tree: Tree,
  context: string,
  named: string | undefined,
): { readonly found: ExistingContext | undefined; readonly problems: readonly string[] } {
  const known = membersOfList(read(tree, 'tools/boundaries/src/constraints.mjs'), 'contexts');
  const project = context.replaceAll('_', '-');
  if (!known.includes(project))
    return missing(`there is no context "${context}": --context must be one of ${known.join(', ')}`);
  const source = read(tree, `libs/${project}/events/src/event-types.ts`);
  const aggregates = declaredIn(source).flatMap(
    (name) => /^([a-z][a-z0-9]*)EventTypes$/.exec(name)?.[1] ?? [],
  );
  const aggregate = named ?? (aggregates.length === 1 ? aggregates[0] : undefined);
  if (aggregate === undefined)
    return missing(`${project} has several aggregates: --aggregate must be one of ${aggregates.join(', ')}`);
  if (!aggregates.includes(aggregate))
    return missing(
      `${project} has no aggregate "${aggregate}": --aggregate must be one of ${aggregates.join(', ')}`,
    );
  const types = membersOf(source, `${aggregate}EventTypes`).map(({ name, text }) => ({
    type: name,
    begins: /\bbegins: true\b/.test(text),
    ends: /\bends: true\b/.test(text),
  }));
  const contextConst = project.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return { found: { project, contextConst, aggregate, types }, problems: [] };
}

/** The text of a file of the workspace. */
export function read(tree: Tree, path: string): string {
  const text = tree.read(path, 'utf8');
  if (text === null) throw new Error(`There is no ${path}. Nothing was written.`);
  return text;
}

/** Changes a file by an edit of its text. */
export function change(tree: Tree, path: string, edit: (text: string) => string): void {
  const text = read(tree, path);
  try {
    tree.write(path, edit(text));
  } catch (error) {
    throw new Error(`${path} cannot be changed: ${(error as Error).message}. Nothing was written.`, {
      cause: error,
    });
  }
}

/** Source files of a folder and the folders in it. */
export function sourcesIn(tree: Tree, folder: string): string[] {
  return tree.children(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (!tree.isFile(path)) return sourcesIn(tree, path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

/** The one source that declares one of these names. */
export function declaring(
  tree: Tree,
  folder: string,
  ...names: readonly string[]
): { path: string; name: string } {
  for (const name of names) {
    const path = sourcesIn(tree, folder).find((file) => declaredIn(read(tree, file)).includes(name));
    if (path !== undefined) return { path, name };
  }
  throw new Error(`No file in ${folder} declares ${names.join(' or ')}. Nothing was written.`);
}

function missing(problem: string): { found: undefined; problems: readonly string[] } {
  return { found: undefined, problems: [problem] };
}
