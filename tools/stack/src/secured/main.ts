import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findJava } from '../java.ts';
import { choosePort, portClaims } from '../ports.ts';
import { signalProcess } from '../processes.ts';
import { serverUser } from '../server-user.ts';
import { ownFolder, removeTree } from '../servers/folders.ts';
import { makeCertificates } from './certificates.ts';
import type { ElasticsearchRole } from '../servers/elasticsearch-security.ts';
import { startSecuredElasticsearch } from './secured-elasticsearch.ts';
import { startSecuredKafka } from './secured-kafka.ts';
import { startSecuredPostgres } from './secured-postgres.ts';
import type { SecuredContext } from './secured-server.ts';

// Servers with TLS, logins and rights, for tests: starts them, writes one line of JSON with their addresses on stdout, and stops
// them when its stdin ends. The roles of Elasticsearch come as JSON in the first argument.
const roles = JSON.parse(process.argv[2] ?? '{}') as Record<string, ElasticsearchRole>;
const stop = new AbortController();
process.stdin.resume().once('end', () => stop.abort());
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());

const user = serverUser();
const folder = ownFolder(mkdtempSync(join(tmpdir(), 'reprise-secured-')), user);
const processes: ChildProcess[] = [];
const ports = portClaims();

try {
  const certificates = makeCertificates(ownFolder(join(folder, 'tls'), user), user);
  const context: SecuredContext = {
    folder,
    user,
    java: findJava(user),
    certificates,
    freePort: () => choosePort([], new Set(), ports),
    signal: stop.signal,
    processes,
  };
  const [kafka, postgres, elasticsearch] = await Promise.all([
    startSecuredKafka(context),
    startSecuredPostgres(context),
    startSecuredElasticsearch(context, roles),
  ]);
  process.stdout.write(`${JSON.stringify({ certificates, kafka, postgres, elasticsearch })}\n`);
  if (!stop.signal.aborted) await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
} catch (error) {
  if (!stop.signal.aborted) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await Promise.all(processes.map(ended));
  ports.release();
  removeTree(folder);
  process.stdin.destroy();
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const end = new Promise((resolve) => server.once('exit', resolve));
  signalProcess(server.pid!, 'SIGTERM', 'group');
  const killing = setTimeout(() => signalProcess(server.pid!, 'SIGKILL', 'group'), 10_000);
  await end;
  clearTimeout(killing);
}
