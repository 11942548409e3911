import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Answer, ChildMessage, Task, TaskResult } from './task.ts';

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

/** A barrier: each of `parties` awaits it, and all continue when the last one has come. */
export function startTogether(parties: number): () => Promise<void> {
  let release: () => void = () => undefined;
  const open = new Promise<void>((resolve) => (release = resolve));
  let missing = parties;
  return () => {
    if (--missing === 0) release();
    return open;
  };
}

/**
 * Runs one contender in its own process, started like this one (same loader and conditions).
 * @param start awaited when the process has loaded its code, before it gets its task
 * @throws ContenderFailed when it fails, ends without an answer or is stopped by the signal
 */
export async function runInChild(
  task: Task,
  signal: AbortSignal,
  start: () => Promise<void> = () => Promise.resolve(),
): Promise<Answer> {
  signal.throwIfAborted();
  // What ships has no code cache; code that comes from one is some percent slower for a while.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: '1' };
  const child = fork(program, [task.contender], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const stop = () => void child.kill();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await new Promise<TaskResult>((resolve, reject) => {
      let answer: TaskResult | undefined;
      child.on('message', (message: ChildMessage) => {
        if (message.ready) void start().then(() => child.send(task));
        else answer = message.result;
      });
      child.once('error', reject);
      child.once('exit', (code, killedBy) => {
        if (answer) resolve(answer);
        else {
          const reason = `it ended without an answer (${killedBy ?? code})`;
          reject(new ContenderFailed(task.contender, reason, killedBy ?? undefined));
        }
      });
    });
    if (!result.ok) throw new ContenderFailed(task.contender, result.message);
    return result;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
