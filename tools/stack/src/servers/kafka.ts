import { execFile } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install, kafkaVersion } from '../artifacts/install.ts';
import { StackError } from '../errors.ts';
import { directoryKey } from '../instance/directory.ts';
import type { InstanceState } from '../instance/state.ts';
import { spawnDaemon, type Daemon } from '../processes.ts';
import { emptyFolder, outputFile, ownFolder, writeOwn } from './folders.ts';
import { notOwn, portOf, serverEnvironment, type Server, type StartContext } from './server.ts';
import { formatCommand } from './kafka-format.ts';
import { kafkaAccess, scramUsers, securityOf } from './kafka-security.ts';
import { clusterIdOf, createTopics } from './topics.ts';

const run = promisify(execFile);

const dataFolder = (dataDirectory: string): string => join(dataDirectory, 'kafka', 'data');
const propertiesFile = (dataDirectory: string): string => join(dataDirectory, 'kafka', 'server.properties');

/** Apache Kafka 4.1 as one KRaft node that is broker and controller. */
export const kafkaServer: Server = {
  name: 'kafka',
  title: 'Kafka',
  identity: (dataDirectory) => ({ program: 'java', marker: marker(dataDirectory) }),
  logFiles: (dataDirectory) => [join(dataDirectory, 'logs', 'kafka.log')],
  start,
  check,
  provision: (state) => createTopics(kafkaAccess(state)),
  stopSignal: 'SIGTERM',
  stopGraceMs: 30_000,
  startTimeoutMs: 120_000,
};

function marker(dataDirectory: string): string {
  return `-Dreprise.kafka=${directoryKey(dataDirectory)}`;
}

/** The broker of the cluster whose id this data folder was formatted with. */
async function check(state: InstanceState): Promise<string> {
  const port = portOf(state, 'kafka');
  const id = await clusterIdOf(kafkaAccess(state));
  if (state.kind === 'embedded' && id !== formattedClusterId(dataFolder(state.dataDirectory)))
    throw notOwn(port);
  return kafkaVersion;
}

function formattedClusterId(data: string): string | undefined {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(data, 'meta.properties'), 'utf8'))?.[1]?.trim();
}

async function start(context: StartContext): Promise<Daemon> {
  const { state, server, user } = context;
  const java = context.java();
  const jars = await install('kafka', { java, report: context.report, signal: context.signal });
  const home = ownFolder(join(state.dataDirectory, 'kafka'), user);
  const data = ownFolder(dataFolder(state.dataDirectory), user);
  const properties = propertiesFile(state.dataDirectory);
  const logging = join(home, 'log4j2.properties');
  writeOwn(
    properties,
    brokerProperties(server.port, server.innerPort as number, data, securityOf(state)),
    user,
  );
  writeOwn(logging, loggingProperties, user);
  const options = [
    marker(state.dataDirectory),
    `-Dlog4j2.configurationFile=${logging}`,
    '-Djava.awt.headless=true',
    '-cp',
    join(jars, '*'),
  ];
  const binary = join(java.home, 'bin/java');
  const env = serverEnvironment(home);
  if (!existsSync(join(data, 'meta.properties'))) {
    // Kafka writes that file last. Partitions are never deleted here: without the file, Kafka itself refuses them by name.
    if (!readdirSync(data).some((name) => /-\d+$/.test(name))) emptyFolder(data, user);
    const format = [...formatCommand(properties), ...scramUsers(state)];
    try {
      await run(binary, ['-Xmx128m', ...options, ...format], {
        cwd: home,
        env,
        signal: context.signal,
        ...(user ? { uid: user.uid, gid: user.gid } : {}),
      });
    } catch (error) {
      context.signal.throwIfAborted();
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new StackError(
        'START_FAILED',
        `Kafka could not format its data folder.\n${stdout ?? ''}${stderr ?? ''}`,
        {
          cause: error,
        },
      );
    }
  }
  const logFile = outputFile(state.dataDirectory, 'kafka');
  const memory = ['-Xms128m', '-Xmx512m', '-XX:+ExitOnOutOfMemoryError'];
  return spawnDaemon(binary, [...memory, ...options, 'kafka.Kafka', properties], {
    logFile,
    env,
    cwd: home,
    user,
  });
}

/** Broker settings for one node on one machine; topics and consumers get what a small installation would give them. */
export function brokerProperties(
  port: number,
  controllerPort: number,
  data: string,
  security: Record<string, unknown> = {},
): string {
  const listener = 'sasl.enabled.mechanisms' in security ? 'SASL_SSL' : 'PLAINTEXT';
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${listener}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `${listener}://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `${listener}:${listener},CONTROLLER:${listener}`,
    'inter.broker.listener.name': listener,
    'log.dirs': data,
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
    'num.network.threads': 2,
    'num.io.threads': 4,
    ...security,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const loggingProperties = `status=warn
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %m (%c{1})%n
rootLogger.level=warn
rootLogger.appenderRef.console.ref=console
logger.server.name=kafka.server
logger.server.level=info
`;
