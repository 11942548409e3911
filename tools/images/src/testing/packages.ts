import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

/** The paths below `node_modules` of a production tree, and those of packages that only development needs. */
export function packagesIn(tree: string): {
  readonly held: readonly string[];
  readonly unwanted: readonly string[];
} {
  const { devDependencies = {} } = manifestOf(join(root, 'package.json'));
  const isTypes = (name: string): boolean => name.startsWith('@types/');
  // Some that tests need are needed in production, too.
  const manifests = globSync('{apps/*,libs/**,node_modules/*,node_modules/@*/*}/package.json', { cwd: tree });
  const needed = manifests.flatMap((file) => Object.keys(manifestOf(join(tree, file)).dependencies ?? {}));
  return {
    held: readdirSync(join(tree, 'node_modules'), { recursive: true, encoding: 'utf8' }),
    unwanted: [
      ...Object.keys(devDependencies).filter((name) => !isTypes(name) && !needed.includes(name)),
      // The pages of the console hold what they need of these.
      ...['react', 'react-dom', 'react-aria-components', 'vite'],
      ...['@reprise/test-kit', '@swc', '@jest'],
    ],
  };
}
