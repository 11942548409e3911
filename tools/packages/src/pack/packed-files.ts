import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** What only the package's tests read. */
const ofTests = /(^|\/)(testing|golden)\/|\.(spec|contract)\.|\.tsbuildinfo$/;

/**
 * The files of a package that are published, from its folder: what its sources were compiled to, and the sources, which the maps
 * lead to. A build keeps files whose source is gone; those are left out.
 *
 * @throws Error when it is not built
 */
export function packedFiles(folder: string): string[] {
  if (!existsSync(join(folder, 'dist')))
    throw new Error(`${folder} is not built. Build it first: npx tsc -b`);
  const sources = filesIn(join(folder, 'src')).filter((file) => !ofTests.test(file));
  const built = filesIn(join(folder, 'dist')).filter((file) => sources.includes(sourceOf(file)));
  return [...built.map((file) => join('dist', file)), ...sources.map((file) => join('src', file))].sort();
}

function sourceOf(built: string): string {
  return built.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts');
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
