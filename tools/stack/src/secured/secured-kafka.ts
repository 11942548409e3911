import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install } from '../artifacts/install.ts';
import { ownFolder, writeOwn } from '../servers/folders.ts';
import { serverEnvironment } from '../servers/server.ts';
import { formatCommand } from '../servers/kafka-format.ts';
import { clusterIdOf } from '../servers/topics.ts';
import { certificateNames, type CertificateName } from './certificates.ts';
import { startSecured, type SecuredContext } from './secured-server.ts';

const run = promisify(execFile);

export interface SecuredKafka {
  /** `localhost:PORT` of a listener with TLS and SCRAM, one for each certificate. */
  readonly tls: Readonly<Record<CertificateName, string>>;
  /** TLS without a login. */
  readonly withoutLogin: string;
  /** Plaintext without a login; everything is allowed there, so it is where topics and rights are made. */
  readonly plaintext: string;
}

/** Users of SCRAM-SHA-512; the password of each is its name and `-secret`. */
export const kafkaUsers = [
  ...['relay', 'consumer', 'rebuild', 'nobody'],
  // Each is given all rights of a process but one.
  ...Array.from({ length: 12 }, (_, index) => `lacking-${index}`),
];

/** A Kafka broker with TLS, SCRAM and ACLs: without a right for it, nothing is allowed. */
export async function startSecuredKafka(context: SecuredContext): Promise<SecuredKafka> {
  const { folder, user, java, certificates, freePort, signal } = context;
  const jars = await install('kafka', { java, report: () => undefined, signal });
  const home = ownFolder(join(folder, 'kafka'), user);
  const data = ownFolder(join(home, 'data'), user);
  const ports = {
    good: await freePort(),
    wronghost: await freePort(),
    expired: await freePort(),
    foreign: await freePort(),
    nologin: await freePort(),
    inner: await freePort(),
    controller: await freePort(),
  };
  const listeners = (host: string, names: readonly (keyof typeof ports)[]): string =>
    names
      .map((name) => `${name.toUpperCase()}://${name === 'inner' ? '127.0.0.1' : host}:${ports[name]}`)
      .join(',');
  const secured = [...certificateNames];
  const clientListeners = [...secured, 'nologin', 'inner'] as const;
  const protocols = [
    ...secured.map((name) => `${name.toUpperCase()}:SASL_SSL`),
    'NOLOGIN:SSL',
    'INNER:PLAINTEXT',
    'CONTROLLER:PLAINTEXT',
  ];
  const properties = join(home, 'server.properties');
  writeOwn(
    properties,
    Object.entries({
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
      listeners: `${listeners('127.0.0.1', clientListeners)},CONTROLLER://127.0.0.1:${ports.controller}`,
      'advertised.listeners': listeners('localhost', clientListeners),
      'listener.security.protocol.map': protocols.join(','),
      'inter.broker.listener.name': 'INNER',
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': data,
      'auto.create.topics.enable': false,
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 2,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'group.initial.rebalance.delay.ms': 0,
      'log.cleaner.dedupe.buffer.size': 16 * 1024 * 1024,
      'num.network.threads': 2,
      'num.io.threads': 4,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'allow.everyone.if.no.acl.found': false,
      'super.users': 'User:ANONYMOUS',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      ...Object.fromEntries(
        [...secured, 'nologin'].flatMap((name) => [
          [`listener.name.${name}.ssl.keystore.type`, 'PEM'],
          [
            `listener.name.${name}.ssl.keystore.location`,
            certificates[name === 'nologin' ? 'good' : (name as CertificateName)].bundle,
          ],
        ]),
      ),
      ...Object.fromEntries(
        secured.map((name) => [
          `listener.name.${name}.scram-sha-512.sasl.jaas.config`,
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        ]),
      ),
    })
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    user,
  );
  const binary = join(java.home, 'bin/java');
  const classes = ['-cp', join(jars, '*')];
  const logins = kafkaUsers.flatMap((name) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${name}-secret]`,
  ]);
  await run(binary, ['-Xmx128m', ...classes, ...formatCommand(properties), ...logins], {
    cwd: home,
    env: serverEnvironment(home),
    signal,
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  await startSecured(
    {
      ...{ name: 'Kafka', home, command: binary, timeoutMs: 180_000 },
      words: ['-Xms128m', '-Xmx384m', ...classes, 'kafka.Kafka', properties],
      isUp: () => clusterIdOf({ port: ports.inner }),
    },
    context,
  );
  const at = (port: number): string => `localhost:${port}`;
  return {
    tls: {
      good: at(ports.good),
      wronghost: at(ports.wronghost),
      expired: at(ports.expired),
      foreign: at(ports.foreign),
    },
    withoutLogin: at(ports.nologin),
    plaintext: `127.0.0.1:${ports.inner}`,
  };
}
