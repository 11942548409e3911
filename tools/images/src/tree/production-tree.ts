import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { copyBuild, copyPages, filesIn } from './copy-build.ts';
import { projectsOf, shippedLockfile, shippedManifest, type Lockfile, type Manifest } from './manifests.ts';
import { isShippedOfPackage } from './shipped-files.ts';

export interface TreeOptions {
  /** The workspace, whose projects are built. */
  readonly root: string;
  /** A folder that is made, and has to be absent or empty. */
  readonly out: string;
  /** Names of the applications, all of `apps` unless given. */
  readonly applications?: readonly string[];
  /** The init that an image starts: a program that needs no library. */
  readonly init?: string;
}

/** What stands beside the applications: the contexts of this deployment, and the licence. */
const besides = ['reprise.config.ts', 'LICENSE'];

/**
 * Makes a folder that runs under plain Node: the applications, the libraries they need, and npm packages for production only, installed
 * by the lockfile. Everything in it is readable by every account and writable by its owner.
 *
 * @throws Error when the folder is in use, an application is unknown or not built, or npm fails; what was made until then stays
 */
export function makeProductionTree({ root, out, applications, init }: TreeOptions): void {
  if (existsSync(out) && readdirSync(out).length > 0) {
    throw new Error(`${out} is not empty, and nothing was written. Name another folder, or empty it first.`);
  }
  const lockfile = readJson(join(root, 'package-lock.json')) as unknown as Lockfile;
  const projects = projectsOf(lockfile);
  const chosen =
    applications?.map((name) => `apps/${name}`) ?? projects.filter((place) => place.startsWith('apps/'));
  const unknown = chosen.filter((place) => !projects.includes(place));
  if (unknown.length > 0) throw new Error(`There is no ${unknown.join(', ')}, and nothing was written.`);

  for (const place of projects) {
    writeJson(
      join(out, place, 'package.json'),
      shippedManifest(place, readJson(join(root, place, 'package.json'))),
    );
  }
  writeJson(join(out, 'package-lock.json'), shippedLockfile(lockfile));
  install(out, chosen);
  const installed = projects.filter((place) => place !== '' && isInstalled(out, place));
  for (const place of projects) {
    if (place !== '' && !installed.includes(place)) rmSync(join(out, place), { recursive: true });
  }
  for (const place of installed) {
    copyBuild(join(root, place), join(out, place));
    copyPages(join(root, place), join(out, place));
  }
  for (const file of besides) cpSync(join(root, file), join(out, file));
  if (init !== undefined) cpSync(init, join(out, 'init'));
  rmSync(join(out, 'package-lock.json'));
  removeEmptyFolders(out);
  settleModes(out, init === undefined ? [] : [join(out, 'init')]);
}

function install(out: string, places: readonly string[]): void {
  const omitted = ['dev', 'optional', 'peer'].map((kind) => `--omit=${kind}`);
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  const chosen = places.flatMap((place) => ['-w', place]);
  execFileSync('npm', ['ci', ...omitted, ...quiet, ...chosen], {
    cwd: out,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // npm's own note of what it installed stays, for those who list what an image holds.
  for (const file of filesIn(join(out, 'node_modules'))) {
    if (!isShippedOfPackage(relative(out, file))) rmSync(file);
  }
}

/** npm links the projects that are needed from `node_modules`. */
function isInstalled(out: string, place: string): boolean {
  const { name } = readJson(join(out, place, 'package.json')) as { name: string };
  return existsSync(join(out, 'node_modules', name));
}

function removeEmptyFolders(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  }
  if (readdirSync(folder).length === 0) rmSync(folder, { recursive: true });
}

/** Whatever the umask was: images that were made on different machines hold the same. */
function settleModes(out: string, programs: readonly string[]): void {
  for (const path of [
    out,
    ...readdirSync(out, { recursive: true, encoding: 'utf8' }).map((name) => join(out, name)),
  ]) {
    const status = lstatSync(path);
    if (status.isDirectory() || programs.includes(path)) chmodSync(path, 0o755);
    else if (status.isFile()) chmodSync(path, 0o644);
  }
}

function readJson(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
