import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  productionClosure,
  type LockedPackage as LinkedPackage,
} from '@reprise/boundaries/production-closure';

/** A package of the lockfile. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly hasInstallScript: boolean;
}

interface Entry extends LinkedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

/** The part of `package-lock.json` that is read here: entries by their folder. */
export type Lock = Readonly<Record<string, Entry>>;

export function readLock(root: string): Lock {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Lock;
  };
  return packages;
}

/** Every package that was installed from a registry, whatever it is for. */
export function allPackages(lock: Lock): LockedPackage[] {
  return Object.keys(lock)
    .filter((folder) => folder.includes('node_modules/') && !lock[folder]!.link)
    .map((folder) => packageAt(lock, folder));
}

/** What the applications run with: everything that they depend on, as Node finds it from where it is asked for. */
export function productionPackages(lock: Lock): LockedPackage[] {
  const applications = Object.keys(lock).filter((folder) => /^apps\/[^/]+$/.test(folder));
  const needed = new Set(applications.flatMap((folder) => [...productionClosure(lock, folder).keys()]));
  return [...needed]
    .filter((folder) => folder.includes('node_modules/'))
    .map((folder) => packageAt(lock, folder))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function packageAt(lock: Lock, folder: string): LockedPackage {
  const { version = '', license, hasInstallScript = false } = lock[folder]!;
  return { name: folder.split('node_modules/').at(-1)!, version, license, hasInstallScript };
}
