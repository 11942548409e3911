import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually, GivenUp } from '../waiting.ts';
import { workspaceRoot } from './workspace.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type LogLine = Readonly<Record<string, unknown>>;

/** A program of the workspace in its own process, run from its sources. */
export interface AppProcess {
  readonly name: string;
  readonly pid: number;
  /** Every line it has written so far, both streams. */
  readonly lines: readonly string[];
  /** What it has written on stdout. */
  stdout(): string;
  ended(): Exit | undefined;
  /** Sends a signal and waits for nothing. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal (SIGKILL unless given) and waits for the end. */
  kill(name?: NodeJS.Signals, timeoutMs?: number): Promise<Exit>;
  exit(timeoutMs?: number): Promise<Exit>;
  /** The first JSON line, past or future, with all of these members. */
  logged(members: LogLine, timeoutMs?: number): Promise<LogLine>;
  /** Its address once it listens and `/health/ready` answers 200. */
  ready(timeoutMs?: number): Promise<string>;
}

export interface StartOptions {
  readonly name: string;
  /** From the workspace root, e.g. `apps/product-api/src/main.ts`. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
}

const file = (path: string): string => join(workspaceRoot, path);

/** Starts it. The caller ends it; if this process dies first, it exits on its own. */
export function startProcess({ name, file: main, env, args = [] }: StartOptions): AppProcess {
  const nodeArguments = [
    '--conditions=@reprise/source',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
    `--import=${file('tools/dev.mjs')}`,
    `--import=${file('tools/faults/src/cluster/exit-with-parent.ts')}`,
  ];
  const child = spawn(process.execPath, [...nodeArguments, file(main), ...args], {
    cwd: workspaceRoot,
    // A test runner's own settings are not part of what a process would run with.
    env: {
      ...process.env,
      ...{ NODE_OPTIONS: undefined, NODE_ENV: undefined, JEST_WORKER_ID: undefined },
      // Events of nobody would be among those that are counted.
      CANARY_SECONDS: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid === undefined) throw new Error(`${name} could not be started`);
  const lines: string[] = [];
  const onStdout: string[] = [];
  let end: Exit | undefined;
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      onStdout.push(line);
    });
  }
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  // 'close' comes after the last line of output, unlike 'exit'.
  const closed = new Promise<Exit>((resolve) =>
    child.once('close', (code, signal) => resolve((end = { code, signal }))),
  );

  const tail = (): string => lines.slice(-15).join('\n');
  const exit = async (timeoutMs = 120_000): Promise<Exit> => {
    const timer = Promise.withResolvers<never>();
    const late = setTimeout(
      () => timer.reject(new Error(`${name} did not end within ${timeoutMs} ms\n${tail()}`)),
      timeoutMs,
    );
    try {
      return await Promise.race([closed, timer.promise]);
    } finally {
      clearTimeout(late);
    }
  };
  const assertRunning = (): void => {
    if (end !== undefined)
      throw new GivenUp(`${name} ended with ${end.signal ?? end.code} before it was ready\n${tail()}`);
  };
  const logged = (members: LogLine, timeoutMs = 60_000): Promise<LogLine> =>
    eventually(
      () => {
        const found = lines.map(parseLine).find((line) => line !== undefined && holds(line, members));
        if (found !== undefined) return found;
        assertRunning();
        throw new Error(`${name} has not logged ${JSON.stringify(members)}\n${tail()}`);
      },
      { timeoutMs, intervalMs: 20 },
    );
  return {
    name,
    pid: child.pid,
    lines,
    stdout: () => onStdout.join('\n'),
    ended: () => end,
    signal: (signal) => void child.kill(signal),
    kill: (signal = 'SIGKILL', timeoutMs) => {
      if (end === undefined) child.kill(signal);
      return exit(timeoutMs);
    },
    exit,
    logged,
    ready: async (timeoutMs = 120_000) => {
      const { port } = await logged({ msg: 'listening' }, timeoutMs);
      const origin = `http://127.0.0.1:${Number(port)}`;
      await eventually(
        async () => {
          assertRunning();
          const answer = await fetch(`${origin}/health/ready`);
          if (!answer.ok) throw new Error(`${name} is not ready: ${await answer.text()}`);
        },
        { timeoutMs },
      );
      return origin;
    },
  };
}

function parseLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return undefined;
  }
}

function holds(line: LogLine, members: LogLine): boolean {
  return Object.entries(members).every(([key, value]) => line[key] === value);
}
