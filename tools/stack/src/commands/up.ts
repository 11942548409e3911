import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describeError, StackAborted, StackError } from '../errors.ts';
import { environmentOf, type StackEnvironment } from '../environment.ts';
import { withLock } from '../instance/lock.ts';
import { dataDirectoryFor } from '../instance/location.ts';
import { readState, writeState, type InstanceState, type ServerState } from '../instance/state.ts';
import { findJava, type Java } from '../java.ts';
import { logTail } from '../logs.ts';
import { anyFreePort, choosePort, isFree, usualPorts } from '../ports.ts';
import { terminate, type Daemon, type Exit } from '../processes.ts';
import { serverUser } from '../server-user.ts';
import { allPids, runningPid, servers } from '../servers/list.ts';
import type { Server, StartContext } from '../servers/server.ts';
import { poll } from '../waiting.ts';

export interface UpOptions {
  directory: string;
  /** false: Postgres skips fsync, for throw-away data only. Default: as the instance was made, else true. */
  fsync?: boolean;
  report?: (line: string) => void;
  signal?: AbortSignal;
}

export interface UpResult {
  environment: StackEnvironment;
  /** Names of the servers this call started; empty when all were up. */
  started: string[];
}

/**
 * Brings the three servers of an instance up and returns when all of them are ready and provisioned. What runs already is
 * left running. When the call fails or is cancelled, the servers it started are stopped again.
 * @throws StackError with a message for the person at the terminal.
 */
export async function up(options: UpOptions): Promise<UpResult> {
  const report = options.report ?? (() => undefined);
  const umask = process.umask(0o022);
  try {
    const user = serverUser();
    const dataDirectory = dataDirectoryFor(options.directory, user);
    return await withLock(
      join(options.directory, 'up.lock'),
      {
        timeoutMs: 15 * 60_000,
        signal: options.signal,
        onWait: (pid) => report(`waiting for process ${pid}, which works on the same instance`),
      },
      async () => {
        const state = await preparedState(options, dataDirectory);
        let java: Java | undefined;
        const context = {
          state,
          user,
          report,
          signal: options.signal,
          java: () => (java ??= findJava(user)),
        };
        if (servers.some((server) => server.name !== 'postgres' && runningPid(server, state) === undefined))
          context.java();
        return startMissing(options.directory, context);
      },
    );
  } finally {
    process.umask(umask);
  }
}

async function preparedState(options: UpOptions, dataDirectory: string): Promise<InstanceState> {
  const known = readState(options.directory);
  if (known?.kind === 'docker') {
    throw new StackError(
      'WRONG_KIND',
      'This instance runs in Docker. Use `up --docker`, or `down` and `reset` it first to change to the embedded servers.',
    );
  }
  const state: InstanceState = known ?? {
    format: 1,
    kind: 'embedded',
    dataDirectory,
    fsync: true,
    servers: {},
  };
  state.fsync = options.fsync ?? state.fsync;
  for (const server of servers) {
    if (runningPid(server, state) !== undefined) continue;
    for (const pid of allPids(server, state)) {
      await terminate(pid, server.marker(state.dataDirectory), server.stopSignal, server.stopGraceMs);
    }
    await decidePorts(server, state);
  }
  writeState(options.directory, state);
  chmodSync(state.dataDirectory, 0o755);
  return state;
}

async function decidePorts(server: Server, state: InstanceState): Promise<void> {
  const before = state.servers[server.name];
  const taken = new Set(
    Object.entries(state.servers).flatMap(([name, other]) =>
      name === server.name ? [] : [other.port, other.innerPort ?? other.port],
    ),
  );
  const port = await choosePort([before?.port, usualPorts[server.name]], taken);
  const next: ServerState = { port };
  if (server.name === 'kafka') {
    next.innerPort = await choosePort([before?.innerPort], new Set([...taken, port]), {
      isFree,
      anyFreePort,
    });
  }
  state.servers[server.name] = next;
}

async function startMissing(directory: string, shared: Omit<StartContext, 'server'>): Promise<UpResult> {
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(shared.signal ? [shared.signal] : [])]);
  const started: Server[] = [];
  const outcomes = await Promise.allSettled(
    servers.map(async (server) => {
      try {
        if (runningPid(server, shared.state) === undefined) {
          started.push(server);
          await start(server, directory, { ...shared, signal });
        } else {
          await awaitReady(server, { ...shared, signal }, undefined);
        }
        await server.provision((shared.state.servers[server.name] as ServerState).port);
      } catch (error) {
        failure.abort();
        throw error;
      }
    }),
  );
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  );
  if (errors.length === 0) {
    return {
      environment: environmentOf(shared.state) as StackEnvironment,
      started: started.map(({ name }) => name),
    };
  }
  for (const server of started) {
    for (const pid of allPids(server, shared.state)) {
      await terminate(pid, server.marker(shared.state.dataDirectory), server.stopSignal, server.stopGraceMs);
    }
    delete shared.state.servers[server.name]?.pid;
  }
  writeState(directory, shared.state);
  if (shared.signal?.aborted) throw new StackAborted();
  throw errors.find((error) => !(error instanceof StackAborted)) ?? errors[0];
}

/** Starts one server; once more on another port when someone else took the chosen one in between. */
async function start(server: Server, directory: string, shared: Omit<StartContext, 'server'>): Promise<void> {
  const { state } = shared;
  for (let attempt = 1; ; attempt++) {
    const own = state.servers[server.name] as ServerState;
    const since = performance.now();
    try {
      shared.report(`starting ${server.title} on port ${own.port}`);
      const daemon = await server.start({ ...shared, server: own });
      own.pid = daemon.pid;
      writeState(directory, state);
      const version = await awaitReady(server, shared, daemon);
      shared.report(`${server.title} ${version} is ready on port ${own.port} (${seconds(since)} s)`);
      return;
    } catch (error) {
      if (shared.signal?.aborted || error instanceof StackAborted) throw new StackAborted();
      const wasTaken = !(await isFree(own.port)) && runningPid(server, state) === undefined;
      if (attempt === 2 || !wasTaken) throw error;
      shared.report(`port ${own.port} was taken by another process; choosing another one`);
      await decidePorts(server, state);
    }
  }
}

async function awaitReady(
  server: Server,
  { state, signal }: Omit<StartContext, 'server'>,
  daemon: Daemon | undefined,
): Promise<string> {
  const { port } = state.servers[server.name] as ServerState;
  let exit: Exit | undefined;
  void daemon?.exited.then((value) => (exit = value));
  const outcome = await poll(
    async () => {
      if (exit !== undefined || runningPid(server, state) === undefined) return { ended: exit };
      return { version: await server.check(port) };
    },
    { timeoutMs: server.startTimeoutMs, signal },
  );
  if (outcome.ok && outcome.value.version !== undefined) return outcome.value.version;
  const what = outcome.ok
    ? `${server.title} ended while it started`
    : `${server.title} was not ready within ${server.startTimeoutMs / 1000} s (${describeError(outcome.lastError)})`;
  throw new StackError('START_FAILED', `${what}.\n${logTail(server, state.dataDirectory)}`);
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
