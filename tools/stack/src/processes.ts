import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import type { ServerUser } from './server-user.ts';
import { poll } from './waiting.ts';

/** How a daemon ended, as far as the process that started it can see. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Daemon {
  pid: number;
  /** Resolves when the process ends while its starter still runs. */
  exited: Promise<Exit>;
}

/**
 * The command line of a process, its arguments joined by blanks; undefined when no such process runs.
 * A zombie has no command line and counts as ended.
 */
export function commandLine(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    const text =
      process.platform === 'linux'
        ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    return text.trim() === '' ? undefined : text.trim();
  } catch {
    return undefined;
  }
}

/** True when process `pid` runs and is the one we mean: a recycled pid has another command line. */
export function isOurs(pid: number | undefined, marker: string): pid is number {
  return pid !== undefined && (commandLine(pid)?.includes(marker) ?? false);
}

/** The processes, besides this one, whose command line contains `marker`. */
export function processesWith(marker: string): number[] {
  return allPids().filter((pid) => pid !== process.pid && isOurs(pid, marker));
}

function allPids(): number[] {
  const names =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-ax', '-o', 'pid='], { encoding: 'utf8' }).split('\n');
  return names.map((name) => Number(name.trim())).filter((pid) => Number.isInteger(pid) && pid > 0);
}

/**
 * Starts a background process that outlives this one: own process group, output appended to `logFile`.
 * Throws what spawn throws when the program cannot be executed.
 */
export async function spawnDaemon(
  command: string,
  args: string[],
  options: { logFile: string; env: NodeJS.ProcessEnv; cwd: string; user?: ServerUser },
): Promise<Daemon> {
  const log = openSync(options.logFile, 'a');
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
    });
    const exited = new Promise<Exit>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return { pid: child.pid as number, exited };
  } finally {
    closeSync(log);
  }
}

/** Sends a signal to a process, or to its group where it leads one; a process that is gone is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals, wholeGroup = false): void {
  try {
    process.kill(wholeGroup ? -pid : pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Ends a process: `signal` first, SIGKILL when it still runs after `graceMs`.
 * Returns how it went; throws when even SIGKILL did not end it within 10 seconds.
 */
export async function terminate(
  pid: number,
  marker: string,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<'stopped' | 'killed'> {
  const gone = (): true | undefined => (isOurs(pid, marker) ? undefined : true);
  signalProcess(pid, signal);
  if ((await poll(gone, { timeoutMs: graceMs, intervalMs: 50 })).ok) return 'stopped';
  signalProcess(pid, 'SIGKILL');
  if ((await poll(gone, { timeoutMs: 10_000, intervalMs: 50 })).ok) return 'killed';
  throw new Error(`Process ${pid} does not end, not even by SIGKILL.`);
}
