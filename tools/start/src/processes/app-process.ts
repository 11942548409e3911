import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AppName } from './apps.ts';
import { parseLogLine, readableLogLine } from './log-line.ts';

export interface AppOptions {
  /** The whole environment of the process. */
  readonly env: NodeJS.ProcessEnv;
  readonly args?: readonly string[];
  /** Takes every line it writes, made readable. */
  readonly onLine?: (line: string) => void;
}

/** A failure of an application that was started here; the message ends with the last lines it wrote. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code = 'APP_FAILED';
  readonly retryable = false;
}

/** One application of the workspace in its own process, run from its sources. */
export interface AppProcess {
  readonly name: AppName;
  /** Resolves to its address when it listens and `/health/ready` answers 200. @throws AppError when it ends before that */
  ready(timeoutMs?: number): Promise<{ origin: string }>;
  /** Resolves to its exit code, 128 + number for a signal, when it has ended. */
  readonly ended: Promise<number>;
  /** The last lines it wrote. */
  lastLines(): string;
  /** Asks it to end and waits; kills it when it takes too long. */
  stop(timeoutMs?: number): Promise<void>;
}

const workspaceFile = (path: string): string =>
  fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

const keptLines = 15;

/** Starts an application. The caller stops it; if this process dies without doing so, the application exits too. */
export function startApp(name: AppName, options: AppOptions): AppProcess {
  const lines: string[] = [];
  let port: number | undefined;
  const child = spawnApp(name, options);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (text) => {
      const { msg, port: listening } = parseLogLine(text) ?? {};
      if (msg === 'listening' && typeof listening === 'number') port = listening;
      const line = readableLogLine(text);
      if (lines.push(line) > keptLines) lines.shift();
      options.onLine?.(line);
    });
  }
  let exit: number | undefined;
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve((exit = 127));
    });
    // 'close' comes after the last line of output, unlike 'exit'.
    child.once('close', (code) => resolve((exit = code ?? 137)));
  });
  const lastLines = (): string => lines.map((line) => `  ${line}`).join('\n');

  return {
    name,
    ended,
    lastLines,
    ready: async (timeoutMs = 90_000) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const origin = port === undefined ? undefined : `http://127.0.0.1:${port}`;
        if (origin !== undefined && (await answersReady(origin))) return { origin };
        if (exit !== undefined) {
          throw new AppError(
            `${name} ended with ${exit} before it was ready. Its last lines:\n${lastLines()}`,
          );
        }
        if (performance.now() > deadline) {
          const state = origin === undefined ? 'does not listen' : 'is not ready';
          throw new AppError(
            `${name} ${state} after ${timeoutMs / 1_000} s. Its last lines:\n${lastLines()}`,
          );
        }
        await delay(50);
      }
    },
    stop: async (timeoutMs = 15_000) => {
      if (exit === undefined) child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await ended;
      clearTimeout(killing);
    },
  };
}

function spawnApp(name: AppName, { env, args = [] }: AppOptions): ChildProcess {
  const nodeArguments = [
    '--conditions=@reprise/source',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
    `--import=${workspaceFile('tools/dev.mjs')}`,
    `--import=${workspaceFile('tools/start/src/processes/exit-with-parent.ts')}`,
  ];
  return spawn(process.execPath, [...nodeArguments, workspaceFile(`apps/${name}/src/main.ts`), ...args], {
    cwd: workspaceFile('.'),
    env,
    // In its own process group: ^C at a terminal reaches only its starter, which then stops it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function answersReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(5_000) })).ok;
  } catch {
    // It listens a moment before it accepts; the caller has a deadline.
    return false;
  }
}
