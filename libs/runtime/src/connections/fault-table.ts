/** A server that a process of Reprise connects to. */
export type Dependency = 'kafka' | 'elasticsearch' | 'postgres';

/** What the same fault is called everywhere: in messages, logs, documentation and tests. */
export interface FaultRow {
  /** Continues "Kafka at HOST:PORT …". */
  readonly words: string;
  /** 1: somebody has to change a setting, a right or a certificate. 4: it may pass on its own. */
  readonly exitCode: 1 | 4;
  /** What to do. `{address}`, `{tls}`, `{authority}`, `{login}` and `{mechanism}` stand for the settings of {@link settingsOf}. */
  readonly remedy: string;
}

/**
 * Every way in which a connection can fail, and what a process says and does about it. The documentation shows this table
 * (docs/reference/connections.md), and a test keeps the two equal.
 */
export const connectionFaults = {
  'unknown-host': {
    words: 'has a host name that cannot be resolved',
    exitCode: 4,
    remedy: 'Check the host in {address} and the name server.',
  },
  refused: {
    words: 'refuses connections: nothing listens there',
    exitCode: 4,
    remedy: 'Check that the server runs, and its host and port in {address}.',
  },
  silent: {
    words: 'did not answer in time',
    exitCode: 4,
    remedy: 'Check that the server runs, its host and port in {address}, and the network between.',
  },
  broken: {
    words: 'closed the connection',
    exitCode: 4,
    remedy: 'Check that the server runs, its log, and its host and port in {address}.',
  },
  busy: {
    words: 'cannot work now: it is starting, stopping or overloaded',
    exitCode: 4,
    remedy: 'Wait for it, or relieve it.',
  },
  'tls-required': {
    words: 'speaks only TLS on this port, and this process is not configured for TLS',
    exitCode: 1,
    remedy: 'Set {tls}, or name the plaintext port in {address}.',
  },
  'tls-not-spoken': {
    words: 'does not speak TLS on this port',
    exitCode: 1,
    remedy: 'Name its TLS port in {address}, or take TLS out of {tls}.',
  },
  'tls-failed': {
    words: 'and this process could not agree on TLS',
    exitCode: 1,
    remedy:
      'Check protocol versions and ciphers, and whether the server asks for a certificate of its clients.',
  },
  'unknown-authority': {
    words: 'shows a certificate that no trusted authority has signed',
    exitCode: 1,
    remedy: 'Name the PEM file of its authority in {authority}.',
  },
  'wrong-host': {
    words: 'shows a certificate for another host',
    exitCode: 1,
    remedy:
      'Name the server in {address} as its certificate does, or have the certificate issued for this name.',
  },
  expired: {
    words: 'shows a certificate that is not valid now',
    exitCode: 1,
    remedy: 'Renew the certificate of the server, and check the clocks of both machines.',
  },
  'wrong-credentials': {
    words: 'refuses the login: wrong user, password or key',
    exitCode: 1,
    remedy: 'Check {login}.',
  },
  'no-credentials': {
    words: 'asks for a login, and none is configured',
    exitCode: 1,
    remedy: 'Set {login}.',
  },
  'wrong-mechanism': {
    words: 'does not offer the configured SASL mechanism',
    exitCode: 1,
    remedy: 'Set {mechanism} to one that the server offers.',
  },
  'login-not-taken': {
    words: 'takes no login on this port, and one is configured',
    exitCode: 1,
    remedy: 'Name the port with SASL in {address}, or take out {login}.',
  },
  'no-rights': {
    words: 'does not let this user do what it has to',
    exitCode: 1,
    remedy: 'Grant what docs/reference/rights.md lists for this process, or check {login}.',
  },
  'no-database': {
    words: 'has no database of that name',
    exitCode: 1,
    remedy: 'Create the database, or correct its name in {address}.',
  },
} as const satisfies Record<string, FaultRow>;

export type FaultName = keyof typeof connectionFaults;

/** The settings that a remedy names. */
export interface FaultSettings {
  readonly address: string;
  readonly tls: string;
  readonly authority: string;
  readonly login: string;
  readonly mechanism: string;
}

const kafka: FaultSettings = {
  address: 'KAFKA_BROKERS',
  tls: 'KAFKA_SSL or KAFKA_SSL_CA_FILE',
  authority: 'KAFKA_SSL_CA_FILE',
  login: 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
  mechanism: 'KAFKA_SASL_MECHANISM',
};

const elasticsearch: FaultSettings = {
  address: 'ELASTICSEARCH_NODE',
  tls: 'https:// in ELASTICSEARCH_NODE',
  authority: 'ELASTICSEARCH_CA_FILE',
  login: 'ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD',
  mechanism: 'ELASTICSEARCH_API_KEY',
};

/** @param databaseUrl the variable that names the database, as READ_MODEL_DATABASE_URL */
export function settingsOf(dependency: Dependency, databaseUrl = 'the database URL'): FaultSettings {
  if (dependency === 'kafka') return kafka;
  if (dependency === 'elasticsearch') return elasticsearch;
  return {
    address: databaseUrl,
    tls: `sslmode in ${databaseUrl}`,
    authority: `sslrootcert in ${databaseUrl}`,
    login: `user and password in ${databaseUrl}`,
    mechanism: databaseUrl,
  };
}
