import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from '../java.ts';
import type { ServerUser } from '../server-user.ts';
import { serverEnvironment } from '../servers/server.ts';
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

/** Starts a server below `home` as the servers' account; its output goes to a file there. */
export function startBelow(
  home: string,
  command: string,
  words: readonly string[],
  { user, processes }: SecuredContext,
  env: NodeJS.ProcessEnv = {},
): void {
  const log = openSync(join(home, 'output.log'), 'a');
  try {
    const server = spawn(command, words, {
      cwd: home,
      env: serverEnvironment(home, env),
      stdio: ['ignore', log, log],
      // In its own process group: Elasticsearch's launcher starts the node as its child.
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    processes.push(server);
  } finally {
    closeSync(log);
  }
}
