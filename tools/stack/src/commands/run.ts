import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { StackEnvironment } from '../environment.ts';
import { describeError, StackAborted } from '../errors.ts';
import { assertUsableFolder, deleteInstance } from '../instance/location.ts';
import { dropLease, takeLease } from '../instance/leases.ts';
import { withInstanceLock } from '../instance/lock.ts';
import { isInMemory } from '../instance/memory.ts';
import { readState } from '../instance/state.ts';
import { commandLine, signalProcess } from '../processes.ts';
import { onStopSignal, type StopSignal } from '../signals.ts';
import { stopAll, type DownOptions } from './down.ts';
import type { UpOptions, UpResult } from './up.ts';

export interface RunOptions extends UpOptions {
  command: string;
  args: string[];
  /** `up`, or its Docker twin. */
  bringUp: (options: UpOptions) => Promise<UpResult>;
}

/**
 * Runs a command against the instance: brings it up where it is down, hands the endpoints to the command, passes signals on,
 * and takes the instance down at the end when a `run` brought it up and no other one uses it.
 * @returns the exit code of the command, 128 + number for a signal, 127 when it could not be started.
 */
export async function run(options: RunOptions): Promise<number> {
  const { directory, report = () => undefined } = options;
  assertUsableFolder(directory);
  const abort = new AbortController();
  let received: StopSignal | undefined;
  let child: ChildProcess | undefined;
  let leaving = false;
  const offSignals = onStopSignal((signal) => {
    received ??= signal;
    abort.abort();
    // ^C at a terminal reaches the command directly: it is in the same process group.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal);
    if (leaving) report('stopping the servers first; they are given a bounded time');
  });
  takeLease(directory);
  const guardian = startGuardian(directory);
  try {
    const { environment } = await options.bringUp({ ...options, transient: true, signal: abort.signal });
    if (received !== undefined) return 128 + constants.signals[received];
    child = startCommand(options, environment);
    guardian.stdin?.write(`child ${child.pid}\n`);
    return await ended(child);
  } catch (error) {
    if (error instanceof StackAborted && received !== undefined) return 128 + constants.signals[received];
    throw error;
  } finally {
    leaving = true;
    await leave({ directory, report }, process.pid);
    guardian.stdin?.end('done');
    offSignals();
  }
}

/** Gives the lease of a `run` back; the last one out stops an instance that a `run` brought up, and deletes one that is in memory. */
export async function leave(options: DownOptions, pid: number): Promise<void> {
  const { directory, report = () => undefined } = options;
  await withInstanceLock(directory, { report }, async () => {
    const state = readState(directory);
    const others = dropLease(directory, pid);
    if (state?.transient !== true || others.length > 0) return;
    await stopAll(state, options);
    if (isInMemory(directory)) deleteInstance(directory);
  });
}

function startCommand({ command, args, directory }: RunOptions, environment: StackEnvironment): ChildProcess {
  return spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...environment, REPRISE_STACK_DIR: directory },
  });
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${child.spawnfile} could not be started: ${describeError(error)}\n`);
      resolve(127);
    });
    child.once('exit', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
  });
}

/**
 * A process that outlives a killed `run` (SIGKILL leaves it no time) and gives its lease back. It notices by the end of its
 * standard input, which the system closes with the `run`.
 */
function startGuardian(directory: string): ChildProcess {
  const main = fileURLToPath(new URL('../main.ts', import.meta.url));
  const guardian = spawn(process.execPath, [main, 'guard', '--dir', directory, String(process.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.once('error', () => undefined);
  guardian.stdin?.on('error', () => undefined);
  guardian.unref();
  return guardian;
}

/**
 * The guardian's life: waits for the end of its input. Without the word "done" before it, the `run` was killed, and its
 * command and its lease are taken care of here.
 */
export async function guard(directory: string, pid: number): Promise<void> {
  onStopSignal(() => undefined, {});
  let heard = '';
  let command: { pid: number; text: string } | undefined;
  for await (const chunk of process.stdin) {
    heard += String(chunk);
    const child = Number(/^child (\d+)$/m.exec(heard)?.[1]);
    const text = commandLine(child)?.text;
    if (command === undefined && text !== undefined) command = { pid: child, text };
  }
  if (heard.endsWith('done')) return;
  if (command !== undefined && commandLine(command.pid)?.text === command.text)
    signalProcess(command.pid, 'SIGTERM');
  await leave({ directory }, pid);
}
