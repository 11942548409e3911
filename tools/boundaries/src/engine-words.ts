import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A line of the engine that names a bounded context. */
export interface NamedContext {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Tests, suites that specs run, and what a library offers for the tests of others. */
const tests = /\.(?:spec|contract)\.|(?:^|\/)(?:testing|generation\/contract)\//;

/** Built from a source that is gone. */
function isLeftOver(root: string, folder: string, file: string): boolean {
  const source = file.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
  return !existsSync(join(root, folder, source));
}

/** Packages of the engine: those that belong to no bounded context and are not for tests alone. */
export function enginePackages(root: string): string[] {
  return globSync('libs/{*,*/*}/package.json', { cwd: root })
    .filter((file) => {
      const { nx } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { nx?: { tags?: string[] } };
      return nx?.tags?.includes('context:none') === true && !nx.tags.includes('scope:test');
    })
    .map(dirname)
    .sort();
}

/**
 * Lines of a package, outside of its tests, that hold one of the words, in names and comments too.
 * @param files what is looked at within the package, e.g. `src/**\/*.ts`
 */
export function linesWith(
  root: string,
  folder: string,
  files: string,
  words: readonly string[],
): NamedContext[] {
  // Not a word that is longer, such as production or recruitment's.
  const named = new RegExp(words.map((word) => `${word}(?!ion|ive)`).join('|'), 'i');
  return globSync(files, { cwd: join(root, folder) })
    .filter((file) => !tests.test(file) && !isLeftOver(root, folder, file))
    .flatMap((file) =>
      readFileSync(join(root, folder, file), 'utf8')
        .split('\n')
        .flatMap((text, at) =>
          named.test(text) ? [{ file: `${folder}/${file}`, line: at + 1, text: text.trim() }] : [],
        ),
    );
}
