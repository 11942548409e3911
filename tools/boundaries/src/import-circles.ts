import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Which files each file imports, types included; all of them from the workspace's root. */
export type FileImports = ReadonlyMap<string, readonly string[]>;

/**
 * Files that import each other in a circle. ESLint's `import-x/no-cycle` takes imports of types for none, and of two files that need
 * each other's types neither can be read first.
 *
 * @returns each circle as the files on it, every one with the next it imports, from the first by name; empty when there is none
 */
export function findCircles(imports: FileImports): string[][] {
  const circles: string[][] = [];
  const seen = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push(fromFirst(path.slice(at)));
    if (at >= 0 || seen.has(file)) return;
    seen.add(file);
    path.push(file);
    for (const imported of imports.get(file) ?? []) visit(imported);
    path.pop();
  };
  for (const file of imports.keys()) visit(file);
  return circles;
}

function fromFirst(circle: readonly string[]): string[] {
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  return [...circle.slice(first), ...circle.slice(0, first)];
}

/** Whatever names a module: `from '…'`, `import '…'` and `import('…')`. */
const specifiers = /\b(?:from|import)\s*\(?\s*'([^'\n]+)'/g;

/** Reads what each source file of a workspace imports of its others: by a path, or by what a package gives from its sources. */
export function readFileImports(root: string): FileImports {
  const sources = globSync('{apps,libs,tools}/**/*.ts', {
    cwd: root,
    exclude: ['**/node_modules', '**/dist'],
  });
  const files = new Set(sources);
  const packages = readPackages(root);
  return new Map(
    sources.map((file) => {
      const named = [...readFileSync(join(root, file), 'utf8').matchAll(specifiers)].map(([, name]) => name!);
      const targets = named.map((name) =>
        name.startsWith('.') ? posix.join(posix.dirname(file), name) : (packages.get(name) ?? ''),
      );
      return [file, [...new Set(targets)].filter((target) => files.has(target))];
    }),
  );
}

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, { readonly '@reprise/source'?: string }>>;
}

function readPackages(root: string): ReadonlyMap<string, string> {
  const found = globSync('{apps,libs,tools}/**/package.json', { cwd: root, exclude: ['**/node_modules'] });
  return new Map(
    found.flatMap((file) => {
      const { name, exports = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as PackageJson;
      return Object.entries(exports).flatMap(([path, { '@reprise/source': source }]) =>
        source ? [[posix.join(name, path), posix.join(posix.dirname(file), source)] as const] : [],
      );
    }),
  );
}
