import type { Tree } from '@nx/devkit';
import type { ContextNames } from './names.ts';
import { placesOf } from './packages.ts';

/** The ports that applications listen on unless a variable says otherwise, with that variable. */
export function portsOf(tree: Tree): ReadonlyMap<number, string> {
  const page = tree.read('docs/reference/configuration.md', 'utf8') ?? '';
  const rows = page.matchAll(/^\| `(\w+_PORT)` +\| (\d+) /gm);
  return new Map([...rows].map(([, variable, port]) => [Number(port), variable!]));
}

/**
 * What is wrong with a new context in this workspace, as sentences.
 *
 * @param areNames whether the names can be used at all: what they clash with says nothing where they cannot
 */
export function contextProblems(
  tree: Tree,
  { context, project, aggregate, projection }: ContextNames,
  areNames: boolean,
  port: number | undefined,
  ports: ReadonlyMap<number, string>,
): string[] {
  const problems: string[] = [];
  if (areNames) {
    const taken = [`libs/${project}`, ...Object.values(placesOf(project))].find((place) =>
      tree.exists(place),
    );
    if (taken !== undefined) problems.push(`"${context}" is taken: there is ${taken} already`);
    const holders = projectionFiles(tree).filter((file) =>
      (tree.read(file, 'utf8') ?? '').includes(`name: '${projection}'`),
    );
    if (holders.length > 0)
      problems.push(
        `the projection of "${aggregate}" would be ${projection}, which ${holders[0]} has already: a read-model database holds one of a name (--aggregate names another)`,
      );
  }
  if (port !== undefined) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      problems.push(`the port ${port} is none: 1 to 65535`);
    else if (ports.has(port)) problems.push(`the port ${port} is taken by ${ports.get(port)}`);
  }
  return problems;
}

/** Sources of the read models of every context. */
function projectionFiles(tree: Tree): string[] {
  return tree.children('libs').flatMap((library) => {
    const root = `libs/${library}/read_model/src`;
    return tree.exists(root)
      ? tree
          .children(root)
          .filter((folder) => !tree.isFile(`${root}/${folder}`))
          .flatMap((folder) => tree.children(`${root}/${folder}`).map((file) => `${root}/${folder}/${file}`))
      : [];
  });
}
