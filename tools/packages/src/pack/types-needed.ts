import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages of types, with the versions that will do, without which the declarations of a package name what nobody knows.
 *
 * @param folder the package's folder
 * @param files its declarations, from there
 * @param known packages of types that the workspace has, with versions
 */
export function typesNeeded(
  folder: string,
  files: readonly string[],
  known: Readonly<Record<string, string>>,
): Record<string, string> {
  const needed: Record<string, string> = {};
  for (const file of files)
    for (const [, imported] of readFileSync(join(folder, file), 'utf8').matchAll(
      /(?:from|import\() ?['"]((?:@[^/'"]+\/)?[^/'".:]+)/g,
    )) {
      const types = `@types/${imported!.replace(/^@/, '').replace('/', '__')}`;
      const version = known[types];
      // Node's come with whatever Node the application runs on.
      if (version !== undefined) needed[types] = types === '@types/node' ? '*' : `^${version}`;
    }
  return needed;
}
