import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from '../errors.ts';
import { passwordOf } from '../instance/passwords.ts';
import { tlsOf } from '../instance/security.ts';
import type { InstanceState } from '../instance/state.ts';
import {
  commandLine,
  findProcesses,
  isRunning,
  spawnDaemon,
  terminate,
  type Daemon,
  type ProcessIdentity,
} from '../processes.ts';
import { createDatabases, queryPostgres } from './databases.ts';
import { outputFile, ownFolder, removeTree, writeOwn } from './folders.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { notOwn, portOf, serverEnvironment, type Server, type StartContext } from './server.ts';

const run = promisify(execFile);

const dataFolder = (dataDirectory: string): string => join(dataDirectory, 'postgres', 'data');

/** PostgreSQL 18, bound to the loopback address; every role has a password. */
export const postgresServer: Server = {
  name: 'postgres',
  title: 'Postgres',
  identity,
  logFiles: (dataDirectory) => [join(dataDirectory, 'logs', 'postgres.log')],
  start,
  check,
  provision: createDatabases,
  // SIGINT is Postgres' "fast" shutdown; SIGTERM would wait for every client to leave.
  stopSignal: 'SIGINT',
  stopGraceMs: 20_000,
  startTimeoutMs: 60_000,
};

function identity(dataDirectory: string): ProcessIdentity {
  return { program: 'postgres', marker: `-D ${dataFolder(dataDirectory)}` };
}

/** The server that works on this data folder. */
async function check(state: InstanceState): Promise<string> {
  const [row] = await queryPostgres(
    state,
    'postgres',
    `SELECT current_setting('server_version') AS version, current_setting('data_directory') AS folder`,
  );
  if (state.kind === 'embedded' && row?.['folder'] !== dataFolder(state.dataDirectory)) {
    throw notOwn(portOf(state, 'postgres'));
  }
  return String(row?.['version'] ?? 'unknown').split(' ')[0] as string;
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
  setPassword(postgres, data, home, context);
  const access = accessFile(home);
  const files = tlsOf(state);
  writeOwn(access, files ? `hostssl${accessRule}` : `host${accessRule}`, user);
  const settings = {
    hba_file: access,
    listen_addresses: '127.0.0.1',
    port: String(server.port),
    // The path of a socket file may not exceed about 100 characters; clients here use TCP anyway.
    unix_socket_directories: '',
    max_connections: '200',
    fsync: state.fsync ? 'on' : 'off',
    ...(state.fsync ? {} : { synchronous_commit: 'off', full_page_writes: 'off' }),
    ...(files && { ssl: 'on', ssl_cert_file: files.certificate, ssl_key_file: files.key }),
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  return spawnDaemon(
    postgres,
    ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { logFile, env: serverEnvironment(home), cwd: data, user },
  );
}

const accessFile = (home: string): string => join(home, 'pg_hba.conf');

/** Taken instead of the file in the data folder, which in instances of older versions trusts every local account. */
const accessRule = ' all all 127.0.0.1/32 scram-sha-256\n';

/**
 * Gives the superuser the password of this instance, without a server that anyone could reach meanwhile. Done once for each
 * secret: for a new data folder, for that of an older version, and when the secret was lost.
 */
function setPassword(postgres: string, data: string, home: string, { state, user }: StartContext): void {
  const password = passwordOf(state, 'postgres');
  const done = join(home, 'password.sha256');
  const digest = createHash('sha256').update(password).digest('hex');
  if (existsSync(done) && readFileSync(done, 'utf8') === digest) return;
  const { status, stdout, stderr } = spawnSync(postgres, ['--single', '-D', data, 'postgres'], {
    input: `ALTER ROLE postgres PASSWORD '${password}'\n`,
    encoding: 'utf8',
    cwd: data,
    env: serverEnvironment(home),
    timeout: 60_000,
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  if (status !== 0 || /\b(ERROR|FATAL|PANIC):/.test(stderr)) {
    const output = `${stdout ?? ''}${stderr ?? ''}`.replaceAll(password, '[redacted]').trim();
    throw new StackError('START_FAILED', `Postgres could not be given its password.\n${output}`);
  }
  writeOwn(done, digest, user);
}

/** A half made cluster (a killed initdb) has no `ready` file and is made again. */
async function initialise(initdb: string, data: string, home: string, context: StartContext): Promise<void> {
  const { user, signal } = context;
  context.report('creating the Postgres data folder');
  const unfinished = { program: 'initdb', marker: `-D ${data}` };
  for (const pid of findProcesses(unfinished)) await terminate(pid, unfinished, 'SIGKILL', 0);
  removeTree(data);
  ownFolder(data, user);
  try {
    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '--auth=reject', '--no-sync', '-E', 'UTF8', '--locale=C'],
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
  ownFolder(join(data, 'ready'), user);
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
