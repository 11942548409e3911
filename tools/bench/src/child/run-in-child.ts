import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task, TaskResult } from './task.ts';

const program = fileURLToPath(new URL('./contender-process.ts', import.meta.url));

/** Contenders that failed, or were stopped. */
export class ContenderFailed extends Error {
  constructor(
    contender: string,
    reason: string,
    /** The signal that ended it before it answered. */
    readonly killedBy?: NodeJS.Signals,
  ) {
    super(`The contender "${contender}" failed: ${reason}`);
    this.name = 'ContenderFailed';
  }
}

/**
 * Runs one contender in a process of its own, started like this one (same loader and conditions).
 * @throws ContenderFailed when it fails, ends without an answer or is stopped by the signal
 */
export async function runInChild(
  task: Task,
  signal: AbortSignal,
): Promise<Extract<TaskResult, { ok: true }>> {
  signal.throwIfAborted();
  const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stop = () => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await new Promise<TaskResult>((resolve, reject) => {
      let answer: TaskResult | undefined;
      child.once('message', (message: TaskResult) => (answer = message));
      child.once('error', reject);
      child.once('exit', (code, killedBy) => {
        if (answer) resolve(answer);
        else {
          const reason = `it ended without an answer (${killedBy ?? code})`;
          reject(new ContenderFailed(task.contender, reason, killedBy ?? undefined));
        }
      });
      child.send(task);
    });
    if (!result.ok) throw new ContenderFailed(task.contender, result.message);
    return result;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
