import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from '../java.ts';
import { lastLines } from '../logs.ts';
import type { ServerUser } from '../server-user.ts';
import { serverEnvironment } from '../servers/server.ts';
import { poll } from '../waiting.ts';
import type { Certificates } from './certificates.ts';

/** What the starters of secured servers share. */
export interface SecuredContext {
  /** Everything a server makes goes below it. */
  readonly folder: string;
  readonly user: ServerUser | undefined;
  readonly java: Java;
  readonly certificates: Certificates;
  /** Hands out ports that are free now. */
  readonly freePort: () => Promise<number>;
  readonly signal: AbortSignal;
  /** Every process that was started, ready or not: the creator of the context ends them. */
  readonly processes: ChildProcess[];
}

export interface Launch {
  readonly name: string;
  /** Its folder. */
  readonly home: string;
  readonly command: string;
  readonly words: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it answers; throws while it does not. */
  readonly isUp: () => Promise<unknown>;
  readonly timeoutMs: number;
}

/**
 * Starts a server as the servers' account, with its output in a file of its folder, and waits until it answers.
 * @throws Error with the end of its output when it ends, or does not answer in time
 */
export async function startSecured(
  launch: Launch,
  { user, processes, signal }: SecuredContext,
): Promise<void> {
  const { name, home, command, words, env = {}, isUp, timeoutMs } = launch;
  const output = join(home, 'output.log');
  const log = openSync(output, 'a');
  const end = new AbortController();
  try {
    const server = spawn(command, words, {
      cwd: home,
      env: serverEnvironment(home, env),
      stdio: ['ignore', log, log],
      // In its own process group: Elasticsearch's launcher starts the node as its child.
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    processes.push(server.once('exit', () => end.abort()));
  } finally {
    closeSync(log);
  }
  const probe = async (): Promise<true> => {
    await isUp();
    return true;
  };
  const up = await poll(probe, { timeoutMs, signal: AbortSignal.any([signal, end.signal]) }).catch(
    (error: unknown) => {
      if (signal.aborted || !end.signal.aborted) throw error;
      return { ok: false, lastError: undefined } as const;
    },
  );
  if (up.ok) return;
  const how = end.signal.aborted ? 'ended' : `was not up within ${timeoutMs / 1_000} s`;
  throw new Error(`The secured ${name} ${how}. The end of its output:\n${lastLines(output, 25).join('\n')}`, {
    cause: up.lastError,
  });
}
