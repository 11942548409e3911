import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest } from './manifest.ts';

/** A package of the workspace that is published. */
export interface PublicPackage {
  /** Its folder, from the root. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages of a workspace that are published: all that are not `private`. */
export function publicPackages(root: string): PublicPackage[] {
  const { workspaces } = readJson<{ workspaces: readonly string[] }>(join(root, 'package.json'));
  return globSync(
    workspaces.map((pattern) => `${pattern}/package.json`),
    { cwd: root },
  )
    .map((file) => ({ folder: dirname(file), manifest: readJson<Manifest>(join(root, file)) }))
    .filter(({ manifest }) => manifest.private !== true)
    .sort((one, other) => (one.folder < other.folder ? -1 : 1));
}

/** Its entry points: the subpath that is imported, and the declarations of it, from the package's folder. */
export function entriesOf({ manifest }: PublicPackage): { subpath: string; types: string }[] {
  return Object.entries(manifest.exports)
    .filter(([subpath]) => subpath !== './testing')
    .map(([subpath, { types }]) => {
      if (types === undefined) throw new Error(`${manifest.name} exports ${subpath} without types.`);
      return { subpath, types };
    });
}

export function readJson<Content>(file: string): Content {
  return JSON.parse(readFileSync(file, 'utf8')) as Content;
}
