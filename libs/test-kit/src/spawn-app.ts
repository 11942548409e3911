import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';
import { testEndpoints } from './servers/endpoints.ts';
import { eventually, patienceMs } from './eventually.ts';
import { OutputCapture, type OutputLine } from './output-capture.ts';
import { workspaceRoot } from './workspace-root.ts';

export interface SpawnOptions {
  /** Added to the endpoints of the test servers and to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly args?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A workspace application in its own process, run from its sources or from its build. */
export interface SpawnedApp {
  readonly pid: number;
  /** Everything it has written so far. */
  readonly output: readonly OutputLine[];
  /** stdout as text, for commands that answer there. */
  stdout(): string;
  /** Resolves once it listens and `/health/ready` answers 200. */
  ready(options?: { timeoutMs?: number }): Promise<{ port: number; origin: string }>;
  /** Resolves to the first JSON line, past or future, with all of `members`. */
  logged(
    members: Readonly<Record<string, unknown>>,
    timeoutMs?: number,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Sends a signal and waits for nothing, e.g. SIGSTOP and SIGCONT. */
  signal(name: NodeJS.Signals): void;
  /** Sends a signal, SIGTERM unless given, and resolves when the process has ended. */
  kill(name?: NodeJS.Signals, timeoutMs?: number): Promise<Exit>;
  /** Resolves when the process exits on its own or by a signal. */
  exit(timeoutMs?: number): Promise<Exit>;
}

/**
 * Starts a TypeScript file of the workspace, e.g. `apps/search-api/src/main.ts`. It is killed at the end of the test file, and
 * ends itself should the test process die. Where `REPRISE_APPS=build` is set, as Nx does for every test, the main file of an
 * application runs as it ships: built, under plain Node.
 */
export function spawnApp(file: string, options: SpawnOptions = {}): SpawnedApp {
  const child = start(file, options);
  const pid = child.pid;
  if (pid === undefined) throw new Error(`Could not start ${file}`);
  const capture = new OutputCapture();
  if (child.stdout) capture.read('stdout', child.stdout);
  if (child.stderr) capture.read('stderr', child.stderr);
  let ended: Exit | undefined;
  // 'close' comes after the last line of output, unlike 'exit'.
  child.on('close', (code, signal) => {
    ended = { code, signal };
    capture.wake();
  });

  const exit = (timeoutMs = patienceMs): Promise<Exit> =>
    capture.until(() => ended, timeoutMs, `The end of ${file}`);
  const find = (
    members: Readonly<Record<string, unknown>>,
  ): Readonly<Record<string, unknown>> | undefined => {
    const wanted = Object.entries(members);
    const line = capture.lines.find(
      ({ json }) => json && wanted.every(([key, value]) => json[key] === value),
    );
    if (line === undefined && ended !== undefined) {
      throw new Error(`${file} ended with ${ended.code ?? ended.signal} first.\n${capture.tail()}`);
    }
    return line?.json;
  };

  afterFile(async () => {
    if (ended !== undefined) return;
    child.kill('SIGKILL');
    await exit();
  });

  const app: SpawnedApp = {
    pid,
    output: capture.lines,
    stdout: () => textOf(capture.lines, 'stdout'),
    logged: (members, timeoutMs = patienceMs) =>
      capture.until(() => find(members), timeoutMs, `The line ${JSON.stringify(members)} of ${file}`),
    ready: async ({ timeoutMs = patienceMs } = {}) => {
      const { port } = await app.logged({ msg: 'listening' }, timeoutMs);
      const origin = `http://127.0.0.1:${Number(port)}`;
      await eventually(() => answersReady(origin), { timeoutMs });
      return { port: Number(port), origin };
    },
    signal: (name) => {
      child.kill(name);
    },
    kill: (name = 'SIGTERM', timeoutMs = patienceMs) => {
      if (ended === undefined) child.kill(name);
      return exit(timeoutMs);
    },
    exit,
  };
  return app;
}

/** What Node is started with for a file: its build where applications are tested as they ship, else its source. */
function commandOf(file: string): string[] {
  const inWorkspace = (path: string): string => join(workspaceRoot, path);
  const built = file.replace(/^(apps\/[^/]+)\/src\/main\.ts$/, '$1/dist/main.js');
  if (process.env['REPRISE_APPS'] === 'build' && built !== file) {
    if (!existsSync(inWorkspace(built)))
      throw new Error(`There is no ${built}. Build it: npx nx build ${built.split('/')[1]}`);
    return [`--import=${inWorkspace('libs/test-kit/dist/exit-with-parent.js')}`, inWorkspace(built)];
  }
  return [
    '--conditions=@reprise/source',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=TimeoutNegativeWarning',
    `--import=${inWorkspace('tools/dev.mjs')}`,
    `--import=${inWorkspace('libs/test-kit/src/exit-with-parent.ts')}`,
    inWorkspace(file),
  ];
}

function start(file: string, options: SpawnOptions): ChildProcess {
  // Jest's own NODE_OPTIONS and NODE_ENV are not part of what an application would run with.
  const env = {
    ...process.env,
    NODE_OPTIONS: undefined,
    NODE_ENV: undefined,
    // A test names its databases by the URLs it passes. Those with separate URLs for some processes fall back to them, and a context without URL is not in use.
    OUTBOX_DATABASE_URL: undefined,
    WRITE_DATABASE_OWNER_URL: undefined,
    READ_MODEL_DATABASE_OWNER_URL: undefined,
    ...Object.fromEntries(
      Object.keys(process.env)
        .filter((name) => /^\w+_(WRITE|OUTBOX|EVENT_STORE)_DATABASE_(OWNER_)?URL$/.test(name))
        .map((name) => [name, undefined]),
    ),
    // Events that a test did not write would be among those it counts.
    CANARY_SECONDS: '0',
    // A process that starts again reads what V8 compiled before.
    NODE_COMPILE_CACHE: join(workspaceRoot, 'node_modules/.cache/reprise/code'),
    ...testEndpoints().env,
    ...options.env,
  };
  return spawn(process.execPath, [...commandOf(file), ...(options.args ?? [])], {
    cwd: workspaceRoot,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

function textOf(lines: readonly OutputLine[], stream: OutputLine['stream']): string {
  return lines.flatMap((line) => (line.stream === stream ? [line.text] : [])).join('\n');
}

async function answersReady(origin: string): Promise<void> {
  const response = await fetch(`${origin}/health/ready`);
  if (response.status !== 200)
    throw new Error(`/health/ready answers ${response.status}: ${await response.text()}`);
}
