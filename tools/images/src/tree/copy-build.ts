import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { isShippedOfBuild } from './shipped-files.ts';

/**
 * Copies what a project's sources were compiled to. A build keeps files whose source is gone; those are left out.
 *
 * @param from the project's folder
 * @param to the folder that gets its `dist`
 * @throws Error when the project is not built
 */
export function copyBuild(from: string, to: string): void {
  const built = join(from, 'dist');
  if (!existsSync(built)) throw new Error(`${from} is not built. Build it first: npx tsc -b`);
  for (const file of filesIn(built)) {
    const path = relative(built, file);
    const hasSource = existsSync(join(from, 'src', path.replace(/\.js$/, '.ts')));
    if (hasSource && isShippedOfBuild(path)) cpSync(file, join(to, 'dist', path));
  }
}

/**
 * Copies the pages of a project that has some, as they were built: they are files that a browser reads, so nothing that they were made
 * of ships.
 *
 * @param from the project's folder
 * @param to the folder that gets its `web/dist`
 * @throws Error when the pages are not built
 */
export function copyPages(from: string, to: string): void {
  if (!existsSync(join(from, 'web/index.html'))) return;
  const built = join(from, 'web/dist');
  if (!existsSync(join(built, 'index.html')))
    throw new Error(
      `The pages of ${from} are not built. Build them first: npx nx build-pages ${basename(from)}`,
    );
  for (const file of filesIn(built)) cpSync(file, join(to, 'web/dist', relative(built, file)));
}

/** Files below a folder, without following links. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
