import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ownFolder, writeOwn } from '../servers/folders.ts';
import { postgresBinaries } from '../servers/postgres-binaries.ts';
import { serverEnvironment } from '../servers/server.ts';
import { startSecured, type SecuredContext } from './secured-server.ts';

const run = promisify(execFile);

export interface SecuredPostgres {
  readonly port: number;
  /** As the superuser; needs the authority's certificate. */
  readonly adminUrl: string;
}

const password = 'admin-secret';

/** Postgres that lets nobody in without TLS and a password. */
export async function startSecuredPostgres(context: SecuredContext): Promise<SecuredPostgres> {
  const { folder, user, certificates, freePort, signal } = context;
  const { initdb, postgres } = postgresBinaries(user);
  const home = ownFolder(join(folder, 'postgres'), user);
  const data = join(home, 'data');
  const port = await freePort();
  const passwordFile = join(home, 'password');
  const access = join(home, 'access.conf');
  writeOwn(passwordFile, password, user);
  writeOwn(
    access,
    'hostssl all all 127.0.0.1/32 scram-sha-256\nhostssl all all ::1/128 scram-sha-256\n',
    user,
  );
  const options = [
    '-D',
    data,
    '-U',
    'postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ];
  await run(initdb, options, {
    cwd: home,
    env: serverEnvironment(home),
    signal,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const settings = {
    hba_file: access,
    listen_addresses: 'localhost',
    port,
    unix_socket_directories: '',
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: certificates.good.certificate,
    ssl_key_file: certificates.good.key,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const adminUrl = `postgres://postgres:${password}@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${certificates.authority}`;
  await startSecured(
    {
      ...{ name: 'Postgres', home, command: postgres, words: ['-D', data, ...words], timeoutMs: 30_000 },
      isUp: () => answers(adminUrl),
    },
    context,
  );
  return { port, adminUrl };
}

async function answers(url: string): Promise<true> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}
