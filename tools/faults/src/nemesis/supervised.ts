import { setTimeout as delay } from 'node:timers/promises';
import type { AppProcess } from '../cluster/app-process.ts';
import type { History } from './history.ts';

/** A process that is started again whenever it has ended, as a container platform would. */
export interface Supervised {
  readonly name: string;
  readonly process: () => AppProcess;
  /** Undefined while it is not ready. */
  readonly origin: () => string | undefined;
  /** How often it ended though nobody had killed it. */
  readonly endedByItself: () => number;
  /** Sends SIGKILL; it is started again a moment later. */
  kill(): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const restartMs = 500;

/** Keeps one process running. */
export function supervise(name: string, start: () => AppProcess, history: History): Supervised {
  let process = start();
  let origin: string | undefined;
  let endedByItself = 0;
  let stopping = false;
  const killed = new Set<number>();
  const watch = async (): Promise<void> => {
    while (!stopping) {
      const current = process;
      void current.ready(600_000).then(
        (at) => {
          if (process === current) origin = at;
        },
        () => undefined,
      );
      const exit = await current.exit(2_000_000_000);
      origin = undefined;
      if (stopping) return;
      if (!killed.has(current.pid)) {
        endedByItself += 1;
        history.add('exited unexpectedly', { name, ...exit, last: current.lines.slice(-3) });
      }
      await delay(restartMs);
      if (!stopping) process = start();
    }
  };
  const watching = watch();
  return {
    name,
    process: () => process,
    origin: () => origin,
    endedByItself: () => endedByItself,
    kill() {
      killed.add(process.pid);
      origin = undefined;
      process.signal('SIGKILL');
    },
    async stop() {
      stopping = true;
      process.signal('SIGCONT');
      await process.kill('SIGKILL');
      await watching;
    },
  };
}
