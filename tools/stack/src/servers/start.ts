import { describeError, StackAborted, StackError } from '../errors.ts';
import type { ServerState } from '../instance/state.ts';
import { logTail } from '../logs.ts';
import type { PortProbes } from '../ports.ts';
import { chooseServerPorts } from '../instance/server-ports.ts';
import { terminate, type Daemon, type Exit } from '../processes.ts';
import { poll } from '../waiting.ts';
import { runningPid, serverPids } from './list.ts';
import type { Server, UpContext } from './server.ts';

/** What `startServer` needs beside the context: where to write the state down, and how to choose another port. */
export interface Bookkeeping {
  saveState: () => void;
  ports: PortProbes;
}

const attempts = 3;

/**
 * Starts one server and returns when it is ready; starts it again on another port when some other program took the chosen one
 * in between.
 * @throws StackError START_FAILED with the end of the server's log; StackAborted.
 */
export async function startServer(server: Server, context: UpContext, books: Bookkeeping): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const own = context.state.servers[server.name] as ServerState;
    const since = performance.now();
    context.report(`starting ${server.title} on port ${own.port}`);
    try {
      const daemon = await server.start({ ...context, server: own, timeoutMs: startTimeout(server) });
      own.pid = daemon.pid;
      books.saveState();
      const version = await awaitReady(server, context, daemon);
      context.report(`${server.title} ${version} is ready (${seconds(since)} s)`);
      return;
    } catch (error) {
      await stopServer(server, context.state);
      if (context.signal.aborted || error instanceof StackAborted) throw new StackAborted();
      const failed = error instanceof StackError && error.code === 'START_FAILED';
      const taken = failed ? await takenPort(own, books.ports) : undefined;
      if (attempt === attempts || taken === undefined) throw withLog(error, server, context);
      context.report(`port ${taken} was taken by another program; choosing another one`);
      await chooseServerPorts(server, context.state, books.ports);
    }
  }
}

async function takenPort(
  { port, innerPort }: ServerState,
  { isFree }: PortProbes,
): Promise<number | undefined> {
  for (const one of [port, innerPort]) if (one !== undefined && !(await isFree(one))) return one;
  return undefined;
}

/** Waits until a running server is ready; `daemon` is given for one that this process started. Returns its version. */
export async function awaitReady(
  server: Server,
  { state, signal }: UpContext,
  daemon?: Daemon,
): Promise<string> {
  const timeoutMs = startTimeout(server);
  let exit: Exit | undefined;
  void daemon?.exited.then((value) => (exit = value));
  const outcome = await poll(
    async () => {
      if (exit !== undefined || runningPid(server, state) === undefined) return { ended: true as const };
      return { version: await server.check(state) };
    },
    { timeoutMs, signal },
  );
  if (!outcome.ok) {
    const why = outcome.lastError === undefined ? '' : ` (${describeError(outcome.lastError)})`;
    throw new StackError('START_FAILED', `${server.title} was not ready within ${timeoutMs / 1000} s${why}.`);
  }
  if (outcome.value.version !== undefined) return outcome.value.version;
  throw new StackError('START_FAILED', `${server.title} ended while it started${how(exit)}.`);
}

/**
 * Ends every process of a server of this instance.
 * @returns 'absent' when none ran, else how they ended.
 */
export async function stopServer(
  server: Server,
  state: UpContext['state'],
  graceMs = server.stopGraceMs,
): Promise<'absent' | 'stopped' | 'killed'> {
  let result: 'absent' | 'stopped' | 'killed' = 'absent';
  for (const pid of serverPids(server, state)) {
    const ended = await terminate(pid, server.identity(state.dataDirectory), server.stopSignal, graceMs);
    if (result !== 'killed') result = ended;
  }
  delete state.servers[server.name]?.pid;
  return result;
}

function startTimeout(server: Server): number {
  const seconds = Number(process.env['REPRISE_STACK_TIMEOUT']);
  return seconds > 0 ? seconds * 1_000 : server.startTimeoutMs;
}

function withLog(error: unknown, server: Server, { state }: UpContext): unknown {
  if (!(error instanceof StackError) || error.code !== 'START_FAILED') return error;
  return new StackError(error.code, `${error.message}\n${logTail(server, state.dataDirectory)}`, {
    cause: error.cause,
  });
}

function how(exit: Exit | undefined): string {
  if (exit === undefined) return '';
  return exit.signal === null ? ` (exit code ${exit.code})` : ` (${exit.signal})`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
