import { type KafkaConfiguration } from '@reprise/runtime';
import {
  connectionFault,
  databaseTarget,
  diagnosedFault,
  isRefusal,
  kafkaTarget,
} from '@reprise/runtime/connections';

/** Something the relay could not do. `retryable` says whether trying again later can help without anybody changing anything. */
export class RelayError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: ErrorOptions & { readonly retryable: boolean }) {
    super(message, { cause: options.cause });
    this.name = 'RelayError';
    this.code = code;
    this.retryable = options.retryable;
  }
}

/** The topic of the events does not exist. The relay never creates it: its partitions and retention are the operator's decision. */
export function topicMissing(topic: string, cause: unknown): RelayError {
  return new RelayError(
    'TOPIC_MISSING',
    `the topic ${topic} does not exist; nothing was published and all events stay in the outbox. Create it, for example: ` +
      `kafka-topics.sh --bootstrap-server HOST:PORT --create --topic ${topic} --partitions 6 ` +
      '--config retention.ms=-1 --config retention.bytes=-1 --config cleanup.policy=delete',
    { cause, retryable: false },
  );
}

/** The event log did not acknowledge a batch. What it did store will be stored again: at least once. */
export function notAcknowledged(topic: string, cause: unknown): RelayError {
  return new RelayError('NOT_ACKNOWLEDGED', `${topic} did not acknowledge a batch: ${messageOf(cause)}`, {
    cause,
    retryable: true,
  });
}

/** The brokers cannot be used at all. */
export function eventLogUnreachable(topic: string, cause: unknown): RelayError {
  return new RelayError('EVENT_LOG_UNREACHABLE', `cannot publish to ${topic}: ${messageOf(cause)}`, {
    cause,
    retryable: !isRefusal(cause),
  });
}

/** The relay was asked to stop before the event log answered. */
export function stoppedWithoutAnswer(): RelayError {
  const message = 'stopped while the event log did not answer; the next relay publishes the last batch again';
  return new RelayError('STOPPED_WITHOUT_ANSWER', message, { retryable: true });
}

/** Postgres answered with an error that names a cause outside this process's reach, or did not answer. */
export function outboxUnusable(cause: unknown): RelayError {
  const code = codeOf(cause);
  if (code === '42P01' || code === '42703') {
    return new RelayError(
      'OUTBOX_MISSING',
      `the write database has no usable outbox (${messageOf(cause)}); nothing was published. Run the migrations: npm run -s migrate`,
      { cause, retryable: false },
    );
  }
  return new RelayError('OUTBOX_UNREACHABLE', `cannot use the outbox: ${messageOf(cause)}`, {
    cause,
    retryable: !refusedByPostgres.has(code.slice(0, 2)),
  });
}

/** Error classes of Postgres that retrying does not fix: authorization, unknown database, wrong syntax, missing privilege. */
const refusedByPostgres = new Set(['28', '3D', '42']);

const ofEventLog = new Set(['EVENT_LOG_UNREACHABLE', 'NOT_ACKNOWLEDGED']);
const unchanged = 'Nothing more was published; the events stay in the outbox.';

/**
 * The same error in the words that every process uses for a connection fault, and whether it may pass on its own. Call it once the
 * lock is released: it asks a broker that closed the connection without a word for the reason, which takes up to a few seconds.
 */
export async function explained(
  error: unknown,
  { kafka, writeDatabaseUrl, databaseUrl }: ServersOfRelay,
): Promise<unknown> {
  if (!(error instanceof RelayError)) return error;
  const { code, cause } = error;
  const fault = ofEventLog.has(code)
    ? await diagnosedFault(cause, kafkaTarget(kafka), unchanged)
    : code === 'OUTBOX_UNREACHABLE'
      ? connectionFault(cause, databaseTarget(writeDatabaseUrl, databaseUrl), unchanged)
      : undefined;
  if (fault === undefined) return error;
  return new RelayError(code, fault.message, { cause, retryable: fault.passes });
}

/** The relay's configuration of its servers. */
export interface ServersOfRelay {
  readonly kafka: KafkaConfiguration;
  readonly writeDatabaseUrl: string;
  /** The variable that the URL came from. */
  readonly databaseUrl: string;
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** What an error says; Node's connection errors to several addresses say it only in their parts. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}
