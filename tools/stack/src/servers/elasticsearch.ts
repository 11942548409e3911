import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installWithApiKeys } from '../artifacts/api-keys.ts';
import { elasticsearchVersion, install } from '../artifacts/install.ts';
import { directoryKey } from '../instance/directory.ts';
import { loginOf, tlsOf } from '../instance/security.ts';
import type { InstanceState } from '../instance/state.ts';
import { StackError } from '../errors.ts';
import { signalProcess, spawnDaemon, type Daemon, type Exit } from '../processes.ts';
import { poll } from '../waiting.ts';
import { askSecurely, filesOf, securitySettings } from './elasticsearch-security.ts';
import { emptyFolder, outputFile, ownFolder, writeOwn } from './folders.ts';
import { notOwn, portOf, serverEnvironment, type Server, type StartContext } from './server.ts';

/** Elasticsearch 9.2 as one node without security, bound to the loopback address. */
export const elasticsearchServer: Server = {
  name: 'elasticsearch',
  title: 'Elasticsearch',
  identity: (dataDirectory) => ({ program: 'java', marker: marker(dataDirectory) }),
  logFiles: (dataDirectory) => [
    join(dataDirectory, 'elasticsearch', 'logs', 'reprise.log'),
    join(dataDirectory, 'logs', 'elasticsearch.log'),
  ],
  start,
  check,
  provision: async () => undefined,
  stopSignal: 'SIGTERM',
  stopGraceMs: 40_000,
  startTimeoutMs: 180_000,
};

function marker(dataDirectory: string): string {
  return `-Dreprise.elasticsearch=${directoryKey(dataDirectory)}`;
}

async function start(context: StartContext): Promise<Daemon> {
  const { state, server, user, signal } = context;
  const java = context.java();
  const options = { java, report: context.report, signal };
  const distribution = await (state.secure === true
    ? installWithApiKeys(options)
    : install('elasticsearch', options));
  const home = ownFolder(join(state.dataDirectory, 'elasticsearch'), user);
  const [data, logs] = ['data', 'logs'].map((name) => ownFolder(join(home, name), user)) as [string, string];
  // Made again for every start: one that was cut off leaves half of a keystore there, and the next one fails because of it.
  const [config, temporary] = ['config', 'tmp'].map((name) => emptyFolder(join(home, name), user)) as [
    string,
    string,
  ];
  const files: Record<string, string | Buffer> = {
    'log4j2.properties': readFileSync(join(distribution, 'config/log4j2.properties')),
    'elasticsearch.yml': nodeSettings(
      server.port,
      data,
      logs,
      state.secure === true
        ? securitySettings
        : existsSync(join(distribution, 'modules/x-pack-security'))
          ? { 'xpack.security.enabled': false }
          : {},
    ),
    ...filesOf(state),
    'jvm.options': jvmOptions(
      readFileSync(join(distribution, 'config/jvm.options'), 'utf8'),
      state.dataDirectory,
    ),
  };
  for (const [name, text] of Object.entries(files)) writeOwn(join(config, name), text, user);
  const pidFile = join(home, 'pid');
  rmSync(pidFile, { force: true });
  const launcher = await spawnDaemon(join(distribution, 'bin/elasticsearch'), ['-d', '-p', pidFile], {
    logFile: outputFile(state.dataDirectory, 'elasticsearch'),
    cwd: home,
    user,
    env: serverEnvironment(home, {
      ES_JAVA_HOME: java.home,
      ES_PATH_CONF: config,
      ES_TMPDIR: temporary,
      CLI_JAVA_OPTS: marker(state.dataDirectory),
    }),
  });
  try {
    await launched(launcher, context);
  } catch (error) {
    // The launcher and, while it waits, the node are one process group.
    signalProcess(launcher.pid, 'SIGTERM', 'group');
    throw error;
  }
  return { pid: Number(readFileSync(pidFile, 'utf8')), exited: new Promise(() => undefined) };
}

/** The launcher exits when the node it started is up (exit code 0) or has failed; a node that is up keeps running without it. */
async function launched(launcher: Daemon, { timeoutMs, signal }: StartContext): Promise<void> {
  let exit: Exit | undefined;
  void launcher.exited.then((value) => (exit = value));
  const ended = await poll(() => exit, { timeoutMs, signal });
  if (!ended.ok)
    throw new StackError('START_FAILED', `Elasticsearch was not up within ${timeoutMs / 1000} s.`);
  if (ended.value.code === 0) return;
  const how = ended.value.signal ?? `exit code ${ended.value.code}`;
  throw new StackError('START_FAILED', `Elasticsearch ended while it started (${how}).`);
}

/** elasticsearch.yml. The watermarks are absolute: a developer's disk is often more than 90 % full and still has room. */
export function nodeSettings(port: number, data: string, logs: string, security: object): string {
  return Object.entries({
    'cluster.name': 'reprise',
    'node.name': 'reprise-1',
    'path.data': data,
    'path.logs': logs,
    'network.host': '127.0.0.1',
    'http.port': port,
    'discovery.type': 'single-node',
    'action.auto_create_index': false,
    'cluster.routing.allocation.disk.watermark.low': '2gb',
    'cluster.routing.allocation.disk.watermark.high': '1gb',
    'cluster.routing.allocation.disk.watermark.flood_stage': '500mb',
    ...security,
  })
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`)
    .join('');
}

/** The distribution's JVM options without its garbage collector log, with a bounded heap and the mark of this instance. */
function jvmOptions(distributed: string, dataDirectory: string): string {
  const heap = process.env['REPRISE_ES_HEAP'] || '1g';
  if (!/^\d+[mg]$/.test(heap)) {
    throw new StackError(
      'USAGE',
      `REPRISE_ES_HEAP is "${heap}"; it must be a number followed by m or g, such as 1g.`,
    );
  }
  const kept = distributed.split('\n').filter((line) => !line.startsWith('-Xlog:gc'));
  return [...kept, `-Xms${heap}`, `-Xmx${heap}`, marker(dataDirectory), ''].join('\n');
}

/** A green or yellow cluster of the node that was started: one node can never allocate a replica, so yellow is healthy. */
async function check(state: InstanceState): Promise<string> {
  const port = portOf(state, 'elasticsearch');
  const [health, node] = await Promise.all([
    ask(state, '_cluster/health') as Promise<{ status?: string }>,
    ask(state, '_nodes/_local/process') as Promise<{ nodes?: Record<string, { process?: { id?: number } }> }>,
  ]);
  const pids = Object.values(node.nodes ?? {}).map(({ process }) => process?.id);
  if (state.kind === 'embedded' && !pids.includes(state.servers.elasticsearch?.pid)) throw notOwn(port);
  if (health.status !== 'green' && health.status !== 'yellow') {
    throw new Error(`cluster health is ${health.status ?? 'unknown'}`);
  }
  return elasticsearchVersion;
}

async function ask(state: InstanceState, path: string): Promise<unknown> {
  const [port, files] = [portOf(state, 'elasticsearch'), tlsOf(state)];
  if (files)
    return askSecurely(`https://127.0.0.1:${port}/${path}`, {
      ...{ ca: readFileSync(files.authority), ...loginOf(state, 'admin') },
    });
  const response = await fetch(`http://127.0.0.1:${port}/${path}`, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`/${path} answered ${response.status}`);
  return response.json();
}
