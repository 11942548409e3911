import type { InstanceState, ServerName, ServerState } from '../instance/state.ts';
import type { Java } from '../java.ts';
import type { Daemon } from '../processes.ts';
import type { ServerUser } from '../server-user.ts';

/** What a server needs to know to start within one instance. */
export interface StartContext {
  state: InstanceState;
  server: ServerState;
  user: ServerUser | undefined;
  /** Looks for Java on first use: Postgres must not fail for want of one. */
  java: () => Java;
  report: (line: string) => void;
  signal?: AbortSignal;
}

/** One of the three servers. Stateless: everything about a running one stands in the instance's state. */
export interface Server {
  name: ServerName;
  title: string;
  /** Text that only the command line of this server of this instance contains. */
  marker(dataDirectory: string): string;
  /** Files that hold its output, the most telling one first. */
  logFiles(dataDirectory: string): string[];
  /** Prepares what is missing (binaries, data folder, configuration) and starts the process; does not await health. */
  start(context: StartContext): Promise<Daemon>;
  /** Resolves to the version when the server answers and is ready for work; rejects when not (yet). */
  check(port: number): Promise<string>;
  /** Creates what the applications expect to find; safe to repeat. */
  provision(port: number): Promise<void>;
  stopSignal: NodeJS.Signals;
  /** Milliseconds a clean stop may take. */
  stopGraceMs: number;
  /** Milliseconds from start to health. */
  startTimeoutMs: number;
}

/** The environment of a server process: nothing of the caller's but the search path, so that it runs the same everywhere. */
export function serverEnvironment(home: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', ...extra };
}
