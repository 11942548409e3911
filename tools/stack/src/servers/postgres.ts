import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from '../errors.ts';
import { commandLine, isRunning, spawnDaemon, type Daemon, type ProcessIdentity } from '../processes.ts';
import { createDatabases, queryPostgres } from './databases.ts';
import { outputFile, ownFolder } from './folders.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { serverEnvironment, type Server, type StartContext } from './server.ts';

const run = promisify(execFile);

const dataFolder = (dataDirectory: string): string => join(dataDirectory, 'postgres', 'data');

/** PostgreSQL 18, bound to the loopback address, without password checks. */
export const postgresServer: Server = {
  name: 'postgres',
  title: 'Postgres',
  identity,
  logFiles: (dataDirectory) => [join(dataDirectory, 'logs', 'postgres.log')],
  start,
  check: async (port) => {
    const rows = await queryPostgres(port, 'postgres', 'SHOW server_version');
    return String(rows[0]?.['server_version'] ?? 'unknown').split(' ')[0] as string;
  },
  provision: createDatabases,
  // SIGINT is Postgres' "fast" shutdown; SIGTERM would wait for every client to leave.
  stopSignal: 'SIGINT',
  stopGraceMs: 20_000,
  startTimeoutMs: 60_000,
};

function identity(dataDirectory: string): ProcessIdentity {
  return { program: 'postgres', marker: `-D ${dataFolder(dataDirectory)}` };
}

async function start(context: StartContext): Promise<Daemon> {
  const { state, server, user } = context;
  const data = dataFolder(state.dataDirectory);
  const { initdb, postgres } = postgresBinaries(user);
  const home = ownFolder(join(state.dataDirectory, 'postgres'), user);
  const logFile = outputFile(state.dataDirectory, 'postgres');
  if (!existsSync(join(data, 'PG_VERSION')) || !existsSync(join(data, 'ready'))) {
    await initialise(initdb, data, home, context);
  }
  dropForeignPidFile(data, state.dataDirectory);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(server.port),
    // The path of a socket file may not exceed about 100 characters; clients here use TCP anyway.
    unix_socket_directories: '',
    max_connections: '200',
    fsync: state.fsync ? 'on' : 'off',
    ...(state.fsync ? {} : { synchronous_commit: 'off', full_page_writes: 'off' }),
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return spawnDaemon(
    postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { logFile, env: serverEnvironment(home), cwd: data, user },
  );
}

/** A half made cluster (a killed initdb) has no `ready` file and is made again. */
async function initialise(initdb: string, data: string, home: string, context: StartContext): Promise<void> {
  const { user, signal } = context;
  context.report('creating the Postgres data folder');
  rmSync(data, { recursive: true, force: true });
  ownFolder(data, user, 0o700);
  try {
    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
      {
        cwd: data,
        env: serverEnvironment(home),
        signal,
        ...(user ? { uid: user.uid, gid: user.gid } : {}),
      },
    );
  } catch (error) {
    signal.throwIfAborted();
    const output = (error as { stderr?: string }).stderr?.trim();
    throw new StackError('START_FAILED', `Postgres could not create its data folder.\n${output ?? ''}`, {
      cause: output ? undefined : error,
    });
  }
  ownFolder(join(data, 'ready'), user, 0o700);
}

/**
 * After a crash `postmaster.pid` stays. Postgres itself handles a dead pid, but refuses to start when that number now
 * belongs to some other process of the same account, such as our own Kafka.
 */
function dropForeignPidFile(data: string, dataDirectory: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (commandLine(pid) !== undefined && !isRunning(pid, identity(dataDirectory)))
    rmSync(file, { force: true });
}
