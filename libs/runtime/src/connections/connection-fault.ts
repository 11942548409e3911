import { redact } from '../logging/redaction.ts';
import { connectionFaults, settingsOf, type Dependency, type FaultName } from './fault-table.ts';
import { saslOffer, speaksTls } from './probe.ts';
import { recognise, type RecognisedFault } from './recognise.ts';

/** The server a process was connecting to, and how. */
export interface ConnectionTarget {
  readonly dependency: Dependency;
  /** `host:port` of every configured server, without credentials; for Postgres with `/database`. */
  readonly servers: readonly string[];
  /** Whether the process is configured to use TLS. */
  readonly tls?: boolean;
  /** Whether the process was given credentials. */
  readonly login?: boolean;
  /** The variable that names the database. */
  readonly databaseUrl?: string;
}

/** A failed connection in words that are the same in every process. */
export interface ConnectionFault {
  readonly name: FaultName;
  /** The server, the innermost cause, what was not changed, and what to do next. */
  readonly message: string;
  /** 1 when somebody has to change something, 4 when it may pass on its own. */
  readonly exitCode: 1 | 4;
  /** Whether it may pass without anybody changing a setting, a right or a certificate. */
  readonly passes: boolean;
}

const titles: Readonly<Record<Dependency, string>> = {
  kafka: 'Kafka',
  elasticsearch: 'Elasticsearch',
  postgres: 'Postgres',
};

/**
 * Names the fault behind an error that a client threw.
 *
 * @param unchanged a sentence that says what was not changed
 * @returns undefined when the error is not a connection fault
 */
export function connectionFault(
  error: unknown,
  target: ConnectionTarget,
  unchanged = 'Nothing was changed.',
): ConnectionFault | undefined {
  const recognised = recognise(error);
  return recognised && describe(recognised, target, unchanged);
}

/**
 * As {@link connectionFault}, but examines a connection that broke or stayed silent: a broker closes it without a word when
 * addressed in plaintext on a TLS port, with TLS on a plaintext port, or without the required login. Takes up to a few seconds.
 */
export async function diagnosedFault(
  error: unknown,
  target: ConnectionTarget,
  unchanged = 'Nothing was changed.',
): Promise<ConnectionFault | undefined> {
  const recognised = recognise(error);
  return recognised && describe(await lookInto(recognised, target), target, unchanged);
}

async function lookInto(fault: RecognisedFault, target: ConnectionTarget): Promise<RecognisedFault> {
  const { dependency, tls = false, login = false, servers } = target;
  const server = fault.server ?? servers[0];
  const isAmbiguous = fault.name === 'broken' || fault.name === 'silent';
  if (server === undefined || dependency === 'postgres') return fault;
  if (fault.name === 'wrong-mechanism') {
    const offer = await saslOffer(server, tls);
    return offer ? { ...fault, detail: `it offers ${offer.mechanisms.join(', ')}` } : fault;
  }
  if (!isAmbiguous) return fault;
  if (!tls && (await speaksTls(server))) return { ...fault, server, name: 'tls-required' };
  if (dependency !== 'kafka') return fault;
  if (tls && (await saslOffer(server, false)) !== undefined)
    return { ...fault, server, name: 'tls-not-spoken' };
  if (login) return fault;
  const offer = await saslOffer(server, tls);
  if (offer === undefined || !offer.asksForLogin) return fault;
  return { server, name: 'no-credentials', detail: `it offers ${offer.mechanisms.join(', ')}` };
}

function describe(fault: RecognisedFault, target: ConnectionTarget, unchanged: string): ConnectionFault {
  const { words, exitCode, remedy } = connectionFaults[fault.name];
  const { dependency, servers, databaseUrl } = target;
  // The operator has to find the database, not only its server.
  const server = dependency === 'postgres' ? servers[0] : (fault.server ?? servers.join(', '));
  const settings = settingsOf(dependency, databaseUrl);
  const advice = remedy.replace(/\{(\w+)\}/g, (_, name: keyof typeof settings) => settings[name]);
  const message = `${titles[dependency]} at ${server} ${words} (${fault.detail}). ${unchanged} ${advice}`;
  return { name: fault.name, message: redact(message), exitCode, passes: exitCode === 4 };
}

/** A server cannot be used by this process; the message is that of its {@link ConnectionFault}. */
export class ServerUnusableError extends Error {
  readonly code = 'SERVER_UNUSABLE';
  /** Whether it may pass without anybody changing a setting, a right or a certificate. */
  readonly retryable: boolean;

  constructor({ message, passes }: ConnectionFault, cause: unknown) {
    super(message, { cause });
    this.name = 'ServerUnusableError';
    this.retryable = passes;
  }
}

/** Whether an error is a fault of a connection that may pass without anybody changing anything. */
export function passesByItself(error: unknown): boolean {
  return exitCodeOf(error) === 4;
}

/** Whether a server refuses what this process is configured with: somebody has to change something. */
export function isRefusal(error: unknown): boolean {
  return exitCodeOf(error) === 1;
}

function exitCodeOf(error: unknown): 1 | 4 | undefined {
  const recognised = recognise(error);
  return recognised && connectionFaults[recognised.name].exitCode;
}

/** `host:port/database` of a Postgres URL, without credentials. */
export function databaseServer(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return 'an address that is not a URL';
  return `${parsed.hostname || 'localhost'}:${parsed.port || '5432'}${parsed.pathname}`;
}

/** The target behind a Postgres URL. @param databaseUrl the variable it came from */
export function databaseTarget(url: string, databaseUrl: string): ConnectionTarget {
  return { dependency: 'postgres', servers: [databaseServer(url)], databaseUrl };
}

/** The target behind what Kafka's clients are configured with. */
export function kafkaTarget(connection: {
  readonly brokers: readonly string[];
  readonly ssl?: unknown;
  readonly sasl?: unknown;
}): ConnectionTarget {
  const { brokers, ssl, sasl } = connection;
  return { dependency: 'kafka', servers: brokers, tls: Boolean(ssl), login: sasl !== undefined };
}

/** The target behind ELASTICSEARCH_NODE. */
export function elasticsearchTarget(node: string): ConnectionTarget {
  const url = URL.parse(node);
  const tls = url?.protocol === 'https:';
  const port = url?.port || (tls ? '443' : '80');
  const server = url === null ? node : `${url.hostname}:${port}`;
  return { dependency: 'elasticsearch', servers: [server], tls };
}
