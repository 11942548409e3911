import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program that builds and runs images, and what it needs on this machine. */
export interface Engine {
  readonly program: 'docker' | 'podman';
  /** Before its command. */
  readonly global: readonly string[];
  /** After `build`. */
  readonly build: readonly string[];
  /** After `run`: nothing but the image's own volumes can be written. */
  readonly run: readonly string[];
}

const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;

const engines: Readonly<Record<Engine['program'], () => Omit<Engine, 'program'>>> = {
  docker: () => ({ global: [], build: [], run: ['--read-only'] }),
  podman: () => ({
    // crun, which it prefers, refuses machines with both kinds of control groups.
    global: ['--cgroup-manager=cgroupfs', ...(works('runc', '--version') ? ['--runtime=runc'] : [])],
    build: ['--isolation=chroot', '--format=docker'],
    run: ['--read-only', '--read-only-tmpfs=false', '--ulimit=nofile=1024:4096', '--ulimit=nproc=1024:4096'],
  }),
};

/** The init that images get, of Debian's package tini. */
export const init = '/usr/bin/tini-static';

/** The engine of this machine; undefined where there is none, or no init. */
export function findEngine(): Engine | undefined {
  // Elsewhere containers run in another machine, which reaches no server of this one.
  if (process.platform !== 'linux' || !existsSync(init)) return undefined;
  for (const program of ['docker', 'podman'] as const) {
    if (works(program, 'info')) return { program, ...engines[program]() };
  }
  return undefined;
}

/** Runs a command of the engine to its end and returns its output. */
export function engineOutput(engine: Engine, command: string, ...args: readonly string[]): string {
  return execFileSync(engine.program, [...engine.global, command, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  }).trim();
}

/**
 * Builds an image and returns its id.
 * @param context the folder that COPY reads
 */
export function buildImage(
  engine: Engine,
  {
    file,
    context,
    tag,
    args = {},
  }: { file: string; context: string; tag: string; args?: Readonly<Record<string, string>> },
): string {
  const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  engineOutput(engine, 'build', ...engine.build, ...given, '-f', file, '-t', tag, context);
  return engineOutput(engine, 'image', 'inspect', '--format', '{{.Id}}', tag);
}
