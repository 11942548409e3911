import { isInstalled } from '../artifacts/install.ts';
import { requireMaven } from '../artifacts/maven.ts';
import { StackAborted, StackError } from '../errors.ts';
import { environmentOf, type StackEnvironment } from '../environment.ts';
import { assertUsableFolder, clearDrafts, closeFolders, dataDirectoryFor } from '../instance/location.ts';
import { withInstanceLock } from '../instance/lock.ts';
import { provideDevelopmentKey } from '../instance/development-key.ts';
import { newSecret } from '../instance/passwords.ts';
import { provideCertificates } from '../instance/security.ts';
import { chooseServerPorts } from '../instance/server-ports.ts';
import {
  markTransient,
  readState,
  writeState,
  type InstanceState,
  type ServerName,
} from '../instance/state.ts';
import { findJava, type Java } from '../java.ts';
import { portClaims } from '../ports.ts';
import { serverUser } from '../server-user.ts';
import { runningPid, servers } from '../servers/list.ts';
import type { Server, UpContext } from '../servers/server.ts';
import { awaitReady, startServer, stopServer, type Bookkeeping } from '../servers/start.ts';

export interface UpOptions {
  directory: string;
  /** false: Postgres skips fsync, for throw-away data only. Default: as the instance was made, else true. */
  fsync?: boolean;
  /** TLS, logins and rights on all servers. Only a new instance can be made so. */
  secure?: boolean;
  /** The caller takes it down again: `run` and the tests. An `up` without it makes the instance stay. */
  transient?: boolean;
  /** Takes one line of progress at a time. */
  report?: (line: string) => void;
  signal?: AbortSignal;
}

export interface UpResult {
  environment: StackEnvironment;
  /** Names of the servers this call started; empty when all were up. */
  started: ServerName[];
}

/**
 * Brings the three servers of an instance up and returns when all of them are ready and hold their databases and topics.
 * What runs already is left running. When the call fails or is cancelled, the servers it started are stopped again. Ports are
 * claimed until then: several instances may come up at the same moment.
 * @throws StackError whose message is made for the person at the terminal.
 */
export async function up(options: UpOptions): Promise<UpResult> {
  if (process.platform === 'win32') {
    throw new StackError(
      'PLATFORM',
      'The embedded servers run on Linux and macOS. On Windows use WSL, or Docker: up --docker',
    );
  }
  assertUsableFolder(options.directory);
  const report = options.report ?? (() => undefined);
  const umask = process.umask(0o022);
  const ports = portClaims();
  try {
    return await withInstanceLock(options.directory, { report, signal: options.signal }, async () => {
      const user = serverUser();
      const state = loadState(options, dataDirectoryFor(options.directory, user));
      const failure = new AbortController();
      let java: Java | undefined;
      const context: UpContext = {
        state,
        user,
        report,
        signal: AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])]),
        java: () => (java ??= findJava(user)),
      };
      clearDrafts(options.directory);
      closeFolders(options.directory, state.dataDirectory, user);
      const missing = servers.filter((server) => runningPid(server, state) === undefined);
      // Found out before anything is started: half a stack is of no use.
      const onJava = missing.flatMap(({ name }) => (name === 'postgres' ? [] : [name]));
      if (onJava.length > 0) context.java();
      if (!onJava.every((name) => isInstalled(name))) requireMaven();
      for (const server of missing) {
        await stopServer(server, state);
        await chooseServerPorts(server, state, ports);
      }
      protectPostgres(missing, context);
      provideDevelopmentKey(options.directory, state);
      // The folder is known as an instance's from here on, whatever fails.
      writeState(options.directory, state);
      if (missing.length > 0) provideCertificates(options.directory, state, user);
      const started = await bringUp(missing, context, failure, {
        saveState: () => writeState(options.directory, state),
        ports,
      });
      return { environment: environmentOf(state, options.directory) as StackEnvironment, started };
    });
  } finally {
    ports.release();
    process.umask(umask);
  }
}

function loadState(options: UpOptions, dataDirectory: string): InstanceState {
  const known = readState(options.directory);
  if (known?.kind === 'docker') {
    throw new StackError(
      'WRONG_KIND',
      'This instance runs in Docker. Use `up --docker`, or `reset` it first to change to the embedded servers.',
    );
  }
  if (known !== undefined && options.secure === true && known.secure !== true) {
    throw new StackError(
      'WRONG_KIND',
      'This instance was made without --secure, and its data cannot be taken over. Use another one (--dir FOLDER), or `reset` it first.',
    );
  }
  const state: InstanceState = known ?? {
    format: 1,
    kind: 'embedded',
    dataDirectory,
    fsync: true,
    ...(options.secure === true && { secure: true }),
    servers: {},
  };
  const anyRunning = servers.some((server) => runningPid(server, state) !== undefined);
  // A folder that was moved while the servers were down holds the path it had before.
  if (!anyRunning) state.dataDirectory = dataDirectory;
  state.fsync = options.fsync ?? state.fsync;
  markTransient(state, options.transient, anyRunning);
  return state;
}

/** A Postgres that an older version started has no password; it gets one when it is started again. */
function protectPostgres(missing: readonly Server[], { state, report }: UpContext): void {
  if (state.secret !== undefined) return;
  if (missing.some(({ name }) => name === 'postgres')) state.secret = newSecret();
  else {
    report(
      'Postgres was started by an older version and lets every local account in without a password. To change that: ' +
        'npm run -s stack -- down, then up.',
    );
  }
}

async function bringUp(
  missing: readonly Server[],
  context: UpContext,
  failure: AbortController,
  books: Bookkeeping,
): Promise<ServerName[]> {
  const { state } = context;
  books.saveState();
  const outcomes = await Promise.allSettled(
    servers.map(async (server) => {
      try {
        if (missing.includes(server)) await startServer(server, context, books);
        else await awaitReady(server, context);
        await server.provision(state);
      } catch (error) {
        failure.abort();
        throw error;
      }
    }),
  );
  const errors = outcomes.flatMap(reasonOf);
  // The first to be ready may have ended while the others started.
  if (errors.length === 0) {
    const again = await Promise.allSettled(servers.map((server) => awaitReady(server, context)));
    errors.push(...again.flatMap(reasonOf));
  }
  if (errors.length > 0) {
    await Promise.all(missing.map((server) => stopServer(server, state)));
    books.saveState();
    throw errors.find((error) => !(error instanceof StackAborted)) ?? errors[0];
  }
  books.saveState();
  return missing.map(({ name }) => name);
}

function reasonOf(outcome: PromiseSettledResult<unknown>): unknown[] {
  return outcome.status === 'rejected' ? [outcome.reason as unknown] : [];
}
