import type { InstanceState, ServerName, ServerState } from '../instance/state.ts';
import type { Java } from '../java.ts';
import type { Daemon, ProcessIdentity } from '../processes.ts';
import type { ServerUser } from '../server-user.ts';

/** What all servers of one `up` share. */
export interface UpContext {
  state: InstanceState;
  /** The account to run as, when this process is root. */
  user: ServerUser | undefined;
  /** Looks for Java on first use. */
  java: () => Java;
  report: (line: string) => void;
  signal: AbortSignal;
}

export interface StartContext extends UpContext {
  server: ServerState;
  /** Milliseconds the server may take to come up. */
  timeoutMs: number;
}

/** One of the three servers. Stateless: everything about a running one stands in the instance's state. */
export interface Server {
  name: ServerName;
  title: string;
  identity(dataDirectory: string): ProcessIdentity;
  /** Files that hold its output. */
  logFiles(dataDirectory: string): string[];
  /** Prepares what is missing (binaries, data folder, configuration) and starts the process; does not await health. */
  start(context: StartContext): Promise<Daemon>;
  /**
   * Resolves to the version when the server of this instance answers and is ready for work; rejects when not (yet), and when
   * another server answers on its port. Whether its process runs is for the caller to see.
   */
  check(state: InstanceState): Promise<string>;
  /** Creates what the applications expect to find; safe to repeat. */
  provision(state: InstanceState): Promise<void>;
  stopSignal: NodeJS.Signals;
  /** Milliseconds a clean stop may take before it is killed. */
  stopGraceMs: number;
  /** Milliseconds from start to health; REPRISE_STACK_TIMEOUT (seconds) overrides it. */
  startTimeoutMs: number;
}

/** The address of a server whose ports are decided, on 127.0.0.1. */
export function portOf(state: InstanceState, name: ServerName): number {
  return (state.servers[name] as ServerState).port;
}

/** Thrown while the port of a server is answered by one of another instance or another program. */
export function notOwn(port: number): Error {
  return new Error(`the server that answers on port ${port} is not this instance's`);
}

/** The environment of a server process: nothing of the caller's but the search path, so that it runs the same everywhere. */
export function serverEnvironment(home: string, extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: home, LANG: 'C.UTF-8', TZ: 'UTC', ...extra };
}
