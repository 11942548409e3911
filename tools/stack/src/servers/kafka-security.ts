import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { loginOf, platformUser, tlsOf } from '../instance/security.ts';
import type { InstanceState } from '../instance/state.ts';
import { portOf } from './server.ts';

/** Where a broker is, and how to log in to it as its administrator. */
export interface KafkaAccess {
  readonly port: number;
  /** Left out where nothing is secured. */
  readonly security?: {
    readonly ca: Buffer;
    readonly username: string;
    readonly password: string;
    /** Who is given the documented rights. */
    readonly user: string;
  };
}

export function kafkaAccess(state: InstanceState): KafkaAccess {
  const [port, files] = [portOf(state, 'kafka'), tlsOf(state)];
  if (!files) return { port };
  const security = { ca: readFileSync(files.authority), ...loginOf(state, 'admin'), user: platformUser };
  return { port, security };
}

const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';

/**
 * TLS and SCRAM for clients and between brokers; nothing is allowed without a right for it. The controller's listener speaks PLAIN over TLS,
 * because users of SCRAM are in the log that controllers first have to agree on.
 */
export function securityOf(state: InstanceState): Record<string, unknown> {
  const files = tlsOf(state);
  if (!files) return {};
  const { username, password } = loginOf(state, 'admin');
  const login = `required username="${username}" password="${password}"`;
  return {
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': `${plain} ${login} user_${username}="${password}";`,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${scram} ${login};`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:${username}`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': files.bundle,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': files.authority,
  };
}

const iterations = 4_096;

/** The words that give a new broker its users. They are seen in the list of processes, so they hold no password. */
export function scramUsers(state: InstanceState): string[] {
  if (!tlsOf(state)) return [];
  return (['admin', platformUser] as const).flatMap((name) => {
    const salt = randomBytes(24);
    const salted = pbkdf2Sync(loginOf(state, name).password, salt, iterations, 64, 'sha512');
    const given = [`salt="${salt.toString('base64')}"`, `saltedpassword="${salted.toString('base64')}"`];
    return ['--add-scram', `SCRAM-SHA-512=[name=${name},iterations=${iterations},${given.join(',')}]`];
  });
}
