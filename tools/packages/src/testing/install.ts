import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../pack/public-packages.ts';
import type { Tarball } from '../pack/pack.ts';

/** Settings of npm's that this process was started with are not those of somebody else's project. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_OPTIONS$/i.test(name)),
);

export interface InstallInput {
  /** An empty folder. */
  readonly folder: string;
  readonly tarballs: readonly Tarball[];
  /** What is installed, with what it needs; siblings come from the tarballs, everything else from the registry or npm's cache. */
  readonly names: readonly string[];
  /** Other packages, with versions. */
  readonly others?: Readonly<Record<string, string>>;
}

/** Installs packed packages as somebody else would, and returns the names of all packages that are there then. */
export function install({ folder, tarballs, names, others }: InstallInput): string[] {
  const dependencies = Object.fromEntries(
    withSiblings(names, tarballs).map(({ name, file }) => [name, `file:${file}`]),
  );
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'outside',
      private: true,
      type: 'module',
      dependencies: { ...dependencies, ...others },
    }),
  );
  run(folder, 'npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']);
  const { packages } = readJson<{ packages: object }>(join(folder, 'node_modules/.package-lock.json'));
  return Object.keys(packages).map((place) => place.replace(/^.*node_modules\//, ''));
}

/** Runs a program in a folder, and returns what it prints. @throws Error with what it printed when it fails */
export function run(folder: string, program: string, args: readonly string[]): string {
  return execFileSync(program, args, {
    cwd: folder,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The packages and all siblings that they need. */
function withSiblings(names: readonly string[], tarballs: readonly Tarball[]): Tarball[] {
  const found = new Set(names);
  for (const name of found) {
    const { tree } = tarballs.find((tarball) => tarball.name === name)!;
    const manifest = readJson<{ dependencies?: object }>(join(tree, 'package.json'));
    for (const needed of Object.keys(manifest.dependencies ?? {}))
      if (needed.startsWith('@reprise/')) found.add(needed);
  }
  return tarballs.filter(({ name }) => found.has(name));
}

/** Bytes of all files below a folder. */
export function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
