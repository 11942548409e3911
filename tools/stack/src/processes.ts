import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { StackError } from './errors.ts';
import type { ServerUser } from './server-user.ts';
import { poll } from './waiting.ts';

/** What distinguishes one of our processes from any other: a pid alone may have been reused since it was recorded. */
export interface ProcessIdentity {
  /** Name of the executable, without its folder: another program that merely mentions the marker does not count. */
  program: string;
  /** Text that stands in no other command line. */
  marker: string;
}

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
 * Program and arguments of a process, joined by blanks; undefined when no such process runs.
 * A zombie has no command line and counts as ended.
 */
export function commandLine(pid: number): { program: string; text: string } | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    if (process.platform === 'linux') {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words[0] ? { program: basename(words[0]), text: words.join(' ').trim() } : undefined;
    }
    const [program, text] = ['comm=', 'command='].map((format) =>
      execFileSync('ps', ['-ww', '-o', format, '-p', String(pid)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim(),
    );
    return program && text ? { program: basename(program), text } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * When a process began, as text that no later process of the same number has; undefined when it does not run. In containers the
 * same command gets the same number every time.
 */
export function startedAt(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the program's name in parentheses and may hold blanks; the start is the twenty-second.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** True when a command line is that of the process meant. */
export function matches(
  found: { program: string; text: string } | undefined,
  identity: ProcessIdentity,
): boolean {
  return found?.program === identity.program && `${found.text} `.includes(`${identity.marker} `);
}

/** True when `pid` runs and is the process meant. */
export function isRunning(pid: number | undefined, identity: ProcessIdentity): pid is number {
  return pid !== undefined && matches(commandLine(pid), identity);
}

/** Every process of that identity. */
export function findProcesses(identity: ProcessIdentity): number[] {
  return candidates(identity.marker).filter((pid) => isRunning(pid, identity));
}

/** Pids worth a closer look. Without /proc each look costs two processes, so the listing is searched for the marker first. */
function candidates(marker: string): number[] {
  const lines =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-axww', '-o', 'pid=,command='], {
          encoding: 'utf8',
          maxBuffer: 64 * 1024 * 1024,
        })
          .split('\n')
          .filter((line) => line.includes(marker));
  return lines.map((line) => Number.parseInt(line, 10)).filter((pid) => pid > 0);
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

/**
 * Sends a signal to a process, or to the group it leads. A process that is gone is not an error.
 * @throws StackError NOT_PERMITTED when it belongs to another account.
 */
export function signalProcess(
  pid: number,
  signal: NodeJS.Signals,
  target: 'process' | 'group' = 'process',
): void {
  try {
    process.kill(target === 'group' ? -pid : pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return;
    throw new StackError(
      code === 'EPERM' ? 'NOT_PERMITTED' : 'SIGNAL_FAILED',
      `Process ${pid} cannot be stopped by you: it runs under another account. Use the account that started it, or root.`,
      { cause: error },
    );
  }
}

/**
 * Ends a process: `signal` first, SIGKILL when it still runs after `graceMs`.
 * @throws StackError STILL_RUNNING when even SIGKILL did not end it within 10 seconds.
 */
export async function terminate(
  pid: number,
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<'stopped' | 'killed'> {
  const gone = (): true | undefined => (isRunning(pid, identity) ? undefined : true);
  signalProcess(pid, signal);
  if ((await poll(gone, { timeoutMs: graceMs, intervalMs: 50 })).ok) return 'stopped';
  signalProcess(pid, 'SIGKILL');
  if ((await poll(gone, { timeoutMs: 10_000, intervalMs: 50 })).ok) return 'killed';
  throw new StackError('STILL_RUNNING', `Process ${pid} does not end, not even by SIGKILL.`);
}
