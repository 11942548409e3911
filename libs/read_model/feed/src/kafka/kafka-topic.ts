import { Admin, ConfigResourceTypes, Consumer, type BaseOptions } from '../client/kafka-client.ts';
import { DependencyError, dependencyFault } from '@reprise/read-model-indices';
import { diagnosedFault, kafkaTarget } from '@reprise/runtime/connections';
import { boundUnpacking, defaultUnpackedBytes } from '../codecs/unpack.ts';

/** How to reach Kafka. The shape is what the applications' configuration gives. */
export interface KafkaConnection {
  readonly brokers: readonly string[];
  readonly ssl?: boolean | { readonly ca: string };
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
  /** Most bytes one record batch may unpack to; 64 MiB when left out. It holds for all that a thread reads. */
  readonly maxUnpackedBatchBytes?: number;
}

export interface KafkaPartition {
  readonly partition: number;
  /** First offset that still exists. */
  readonly logStart: bigint;
  /** Last stable offset: the end a read_committed reader can reach. */
  readonly end: bigint;
  /** End including records of transactions that are still open. */
  readonly highWatermark: bigint;
  /** Broker id, -1 while the partition has no leader. */
  readonly leader: number;
}

export interface KafkaTopic {
  readonly name: string;
  /** Kafka's id of this incarnation of the topic: a topic that is deleted and recreated has another one. */
  readonly id: string;
  /** Kafka's id of the cluster that holds it. */
  readonly clusterId: string;
  readonly partitions: readonly KafkaPartition[];
  readonly cleanupPolicy: string;
  /** `-1`: forever. */
  readonly retentionMs: string;
  readonly retentionBytes: string;
}

/** The topic that should hold the event log does not exist. Nothing was changed. */
export class TopicMissing extends Error {
  readonly code = 'TOPIC_MISSING';
  readonly retryable = false;

  /** @param setting name of the setting that names the topic, where it is known */
  constructor(name: string, brokers: readonly string[], setting?: string, options?: { cause?: unknown }) {
    super(
      `The topic "${name}" does not exist on ${brokers.join(', ')}. Nothing was changed. ` +
        `Create it, or ${setting === undefined ? 'correct the setting that names it' : `set ${setting} to the topic the events are written to`}.`,
      options,
    );
    this.name = 'TopicMissing';
  }
}

/** Options of the group-free reader and the admin client for one connection. */
export function clientOptions(connection: KafkaConnection, clientId: string): BaseOptions {
  const { ssl, sasl } = connection;
  return {
    clientId,
    bootstrapBrokers: [...connection.brokers],
    retries: 5,
    retryDelay: 300,
    connectTimeout: 5000,
    requestTimeout: 30_000,
    ...(ssl ? { tls: ssl === true ? {} : { ca: ssl.ca } } : {}),
    ...(sasl && {
      sasl: {
        mechanism: sasl.mechanism.toUpperCase() as 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
        username: sasl.username,
        password: sasl.password,
      },
    }),
  };
}

/**
 * A consumer that never joins its group: only `fetch` and `listOffsets` with explicit offsets are used, so the group named
 * here is never created on the broker. It reads every codec, within the connection's bound.
 */
export function groupFreeConsumer(
  connection: KafkaConnection,
  options: Pick<BaseOptions, 'retries'> = {},
): Consumer {
  boundUnpacking(connection.maxUnpackedBatchBytes ?? defaultUnpackedBytes);
  return new Consumer({
    ...clientOptions(connection, 'reprise-reader'),
    ...options,
    groupId: 'reprise-never-joined',
  });
}

/** How long a description may take in total. The client repeats each of its requests, so a hanging broker would hold it for minutes. */
const describeWithinMs = 60_000;

export interface AskedForTopic {
  readonly withinMs?: number;
  readonly topicSetting?: string | undefined;
}

/**
 * Describes a topic as it is now: id, offsets at read_committed, leaders and what limits its history.
 * @param asked milliseconds after which a Kafka that accepts connections and does not answer counts as unreachable, and the name of
 *   the setting that names the topic, for messages
 * @throws TopicMissing; DependencyError when Kafka stays unreachable.
 */
export async function describeTopic(
  connection: KafkaConnection,
  name: string,
  { withinMs = describeWithinMs, topicSetting }: AskedForTopic = {},
): Promise<KafkaTopic> {
  const consumer = groupFreeConsumer(connection);
  const admin = new Admin(clientOptions(connection, 'reprise-admin'));
  try {
    return await within(withinMs, askForTopic(consumer, admin, name));
  } catch (error) {
    throw await describeFailure(error, connection, name, topicSetting);
  } finally {
    await Promise.allSettled([consumer.close(true), admin.close()]);
  }
}

/** What was asked, unless it takes longer than so many milliseconds. */
export async function within<T>(ms: number, asked: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function askForTopic(consumer: Consumer, admin: Admin, name: string): Promise<KafkaTopic> {
  const metadata = await consumer.metadata({ topics: [name], autocreateTopics: false });
  const topic = metadata.topics.get(name);
  if (!topic || topic.partitions.length === 0) throw new Error(`Unknown topic ${name}.`);
  const list = async (timestamp: bigint, isolationLevel: number) =>
    (await consumer.listOffsets({ topics: [name], timestamp, isolationLevel })).get(name) ?? [];
  const starts = await list(-2n, 0);
  const highWatermarks = await list(-1n, 0);
  const ends = await list(-1n, 1);
  const [described] = await admin.describeConfigs({
    resources: [
      {
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: name,
        configurationKeys: ['cleanup.policy', 'retention.ms', 'retention.bytes'],
      },
    ],
  });
  // Asked once more: ends that were captured while it grew, or was created again, belong to another log than the one described.
  const after = await consumer.metadata({ topics: [name], autocreateTopics: false, forceUpdate: true });
  const same = after.topics.get(name);
  if (same?.id !== topic.id || same.partitions.length !== topic.partitions.length)
    throw new Error(`the topic ${name} changed while it was described`);
  const setting = (key: string) =>
    described?.configs.find((config) => config.name === key)?.value ?? 'unknown';
  return {
    name,
    id: topic.id,
    clusterId: metadata.id,
    partitions: topic.partitions.map(({ leader }, partition) => ({
      partition,
      logStart: starts[partition] ?? 0n,
      end: ends[partition] ?? 0n,
      highWatermark: highWatermarks[partition] ?? 0n,
      leader,
    })),
    cleanupPolicy: setting('cleanup.policy'),
    retentionMs: setting('retention.ms'),
    retentionBytes: setting('retention.bytes'),
  };
}

async function describeFailure(
  error: unknown,
  connection: KafkaConnection,
  name: string,
  topicSetting: string | undefined,
): Promise<Error> {
  const text = allMessages(error);
  if (/unknown.?topic/i.test(text)) {
    return new TopicMissing(name, connection.brokers, topicSetting, { cause: error });
  }
  return kafkaFault(connection, error, 'Nothing was changed.');
}

/**
 * The error to throw when Kafka cannot be used; asks a broker that closed the connection without a word for the reason.
 * @param unchanged a sentence that says what was not changed
 */
export async function kafkaFault(
  connection: KafkaConnection,
  error: unknown,
  unchanged: string,
): Promise<DependencyError> {
  const fault = await diagnosedFault(error, kafkaTarget(connection), unchanged);
  if (fault !== undefined) return dependencyFault('kafka', fault, error);
  return new DependencyError(
    'kafka',
    `Kafka at ${connection.brokers.join(', ')} could not be used (${innermostMessage(error)}). ${unchanged} ` +
      'Check the broker and its log, then run the same command again.',
    { cause: error },
  );
}

/** The wrapped error is what happened; "metadata failed 6 times." says nothing. */
export function innermostMessage(error: unknown): string {
  return allMessages(error).split('\n').at(-1) ?? '';
}

/** The messages of an error and everything inside it: clients nest the informative one two or three levels deep. */
export function allMessages(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const nested = error instanceof AggregateError ? error.errors : [];
  return [error.message, ...nested.map(allMessages), ...(error.cause ? [allMessages(error.cause)] : [])].join(
    '\n',
  );
}
