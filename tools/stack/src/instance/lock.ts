import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StackError } from '../errors.ts';
import { commandLine, startedAt } from '../processes.ts';
import { poll } from '../waiting.ts';

interface Holder {
  pid: number;
  commandLine: string;
  /** Absent in a lock that an older version took. */
  startedAt?: string;
}

function readHolder(file: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    const { pid, commandLine: line, startedAt: start } = value as Partial<Holder>;
    if (typeof pid !== 'number' || typeof line !== 'string') return undefined;
    return { pid, commandLine: line, ...(typeof start === 'string' ? { startedAt: start } : {}) };
  } catch {
    return undefined;
  }
}

/** A holder is alive when its pid still is the process that took the lock: another one may run the same command by now. */
function isHeld(holder: Holder | undefined): holder is Holder {
  if (holder === undefined || commandLine(holder.pid)?.text !== holder.commandLine) return false;
  return holder.startedAt === undefined || startedAt(holder.pid) === holder.startedAt;
}

/**
 * Creates the file with its content in one step, so that no reader ever sees a lock without a holder.
 * @throws StackError LOCK_FAILED when the folder cannot be written.
 */
function tryAcquire(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  const holder: Holder = {
    pid: process.pid,
    commandLine: commandLine(process.pid)?.text ?? '',
    startedAt: startedAt(process.pid),
  };
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(draft, JSON.stringify(holder));
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new StackError('LOCK_FAILED', `${dirname(file)} cannot be written by you. Nothing was done`, {
      cause: error,
    });
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Takes an abandoned lock away. Another process may have done so and hold a new one since we looked: what was moved aside is
 * looked at again, and put back when it is alive.
 */
function removeAbandoned(file: string): void {
  const aside = `${file}.abandoned.${process.pid}`;
  try {
    renameSync(file, aside);
    if (isHeld(readHolder(aside))) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * Runs `work` while no other process holds `file`. A lock whose holder is gone is taken over.
 * @throws StackError LOCKED when the holder keeps it longer than `timeoutMs`.
 */
export async function withLock<T>(
  file: string,
  options: { timeoutMs: number; signal?: AbortSignal; onWait?: (holderPid: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  let reported = false;
  const acquired = await poll(
    () => {
      if (tryAcquire(file)) return true;
      const holder = readHolder(file);
      if (!isHeld(holder)) {
        removeAbandoned(file);
        return tryAcquire(file) ? true : undefined;
      }
      if (!reported) options.onWait?.(holder.pid);
      reported = true;
      return undefined;
    },
    { timeoutMs: options.timeoutMs, intervalMs: 200, signal: options.signal },
  );
  if (!acquired.ok) {
    const holder = readHolder(file);
    throw new StackError(
      'LOCKED',
      `Process ${holder?.pid ?? '?'} (${holder?.commandLine ?? 'unknown'}) has held ${file} for more than ` +
        `${Math.round(options.timeoutMs / 1000)} s. Nothing was done. Wait for it, or end it and run this again.`,
      { cause: acquired.lastError },
    );
  }
  try {
    return await work();
  } finally {
    if (readHolder(file)?.pid === process.pid) rmSync(file, { force: true });
  }
}

/** Runs `work` as the only process that changes this instance. */
export function withInstanceLock<T>(
  directory: string,
  options: { report: (line: string) => void; signal?: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  return withLock(
    join(directory, 'up.lock'),
    {
      timeoutMs: 15 * 60_000,
      signal: options.signal,
      onWait: (pid) => options.report(`waiting for process ${pid}, which works on the same instance`),
    },
    work,
  );
}
