import type { Settings } from './settings.ts';

const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
type Mechanism = (typeof mechanisms)[number];

/** One union member per mechanism, as kafkajs wants it. */
type SaslCredentials = {
  [M in Mechanism]: { mechanism: M; username: string; password: string };
}[Mechanism];

/** Fits kafkajs' options. */
export interface KafkaConfiguration {
  brokers: string[];
  ssl?: boolean | { ca: string };
  sasl?: SaslCredentials;
  /** Most bytes one record batch may unpack to; left out, the reader's own bound holds. */
  maxUnpackedBatchBytes?: number;
}

const unpackedBytes = { from: 2 ** 20, to: 999_999_999 };

/** Reads KAFKA_BROKERS, KAFKA_SSL, KAFKA_SSL_CA_FILE, KAFKA_SASL_* and KAFKA_MAX_UNPACKED_BATCH_BYTES. */
export function kafkaSettings(settings: Settings): KafkaConfiguration {
  const ssl = sslSettings(settings);
  const sasl = saslSettings(settings);
  const maxUnpackedBatchBytes = settings.wholeNumber('KAFKA_MAX_UNPACKED_BATCH_BYTES', unpackedBytes, 0);
  return {
    brokers: brokerList(settings),
    ...(ssl && { ssl }),
    ...(sasl && { sasl }),
    ...(maxUnpackedBatchBytes > 0 && { maxUnpackedBatchBytes }),
  };
}

function brokerList(settings: Settings): string[] {
  const value = settings.required('KAFKA_BROKERS', 'host:9092,host2:9092');
  if (value === '') return [];
  const brokers = value.split(',').map((broker) => broker.trim());
  for (const broker of brokers) {
    const port = Number(/^(?:\[[0-9A-Fa-f:]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(broker)?.[1]);
    if (!(port >= 1 && port <= 65_535))
      settings.problem(`KAFKA_BROKERS holds "${withoutLogin(broker)}", which is not host:port`);
  }
  return brokers;
}

/** Whoever takes a broker for a URL writes user and password into it. */
function withoutLogin(broker: string): string {
  const at = broker.lastIndexOf('@');
  return at === -1 ? broker : `…${broker.slice(at)}`;
}

function sslSettings(settings: Settings): KafkaConfiguration['ssl'] {
  const asked = settings.oneOf('KAFKA_SSL', ['true', 'false']);
  const ca = settings.file('KAFKA_SSL_CA_FILE');
  if (asked === 'false' && ca !== undefined) {
    settings.problem('KAFKA_SSL_CA_FILE is set although KAFKA_SSL is false');
  }
  if (ca !== undefined) return { ca };
  return asked === 'true';
}

function saslSettings(settings: Settings): KafkaConfiguration['sasl'] {
  const names = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
  const missing = names.filter((name) => settings.optional(name) === undefined);
  const mechanism = settings.oneOf('KAFKA_SASL_MECHANISM', mechanisms);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    settings.problem(`${missing.join(', ')} must also be set: SASL needs mechanism, username and password`);
  }
  if (mechanism === undefined) return undefined;
  return {
    mechanism,
    username: settings.optional('KAFKA_SASL_USERNAME') ?? '',
    password: settings.optional('KAFKA_SASL_PASSWORD') ?? '',
  };
}
