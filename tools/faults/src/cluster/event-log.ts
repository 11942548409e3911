import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, type Admin, type IHeaders, type Producer } from 'kafkajs';

export interface StoredRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | undefined;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** The broker as the suite itself uses it, around every proxy. */
export interface EventLog {
  readonly kafka: Kafka;
  admin(): Promise<Admin>;
  /** Every record of a topic at read_committed, in the order of its partition, up to the ends at the time of the call. */
  records(topic: string): Promise<StoredRecord[]>;
  produce(
    topic: string,
    records: readonly {
      key: string | null;
      value: string | Buffer | null;
      partition?: number;
      headers?: IHeaders;
    }[],
  ): Promise<void>;
  close(): Promise<void>;
}

export function eventLog(brokers: string): EventLog {
  const kafka = new Kafka({
    clientId: 'faults',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 10, initialRetryTime: 100, maxRetryTime: 2_000 },
  });
  let admin: Promise<Admin> | undefined;
  let producer: Promise<Producer> | undefined;
  const connected = async <C extends Admin | Producer>(client: C): Promise<C> => {
    await client.connect();
    return client;
  };
  const openAdmin = (): Promise<Admin> => (admin ??= connected(kafka.admin()));
  return {
    kafka,
    admin: openAdmin,
    records: async (topic) => readCommitted(kafka, await openAdmin(), topic),
    async produce(topic, records) {
      producer ??= connected(kafka.producer({ allowAutoTopicCreation: false }));
      await (await producer).send({ topic, acks: -1, messages: [...records] });
    },
    async close() {
      await (await producer)?.disconnect();
      await (await admin)?.disconnect();
    },
  };
}

/**
 * A throw-away group reads the topic. A partition is read when a fetch has come up to its end: the last offsets may be
 * markers or aborted records, which are never handed over.
 */
async function readCommitted(kafka: Kafka, admin: Admin, topic: string): Promise<StoredRecord[]> {
  const open = new Map<number, bigint>();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic))
    if (BigInt(high) > BigInt(low)) open.set(partition, BigInt(high));
  if (open.size === 0) return [];
  const groupId = `faults-reader-${randomUUID()}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, readUncommitted: false });
  const found = new Map<string, StoredRecord>();
  const complete = Promise.withResolvers<void>();
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (BigInt(payload.lastOffset) + 1n >= (open.get(payload.partition) ?? 0n))
      open.delete(payload.partition);
    if (open.size === 0) complete.resolve();
  });
  const late = setTimeout(
    () =>
      complete.reject(new Error(`partitions ${[...open.keys()].join(', ')} of ${topic} could not be read`)),
    60_000,
  );
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      eachBatch: ({ batch }) => {
        for (const { offset, key, value, headers = {} } of batch.messages) {
          const at = BigInt(offset);
          found.set(`${batch.partition} ${offset}`, {
            partition: batch.partition,
            offset: at,
            key: key?.toString(),
            value: value?.toString() ?? null,
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, text]) => [name, text?.toString()]),
            ),
          });
        }
        return Promise.resolve();
      },
    });
    await complete.promise;
  } finally {
    clearTimeout(late);
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined);
  }
  return [...found.values()].sort(
    (one, other) => one.partition - other.partition || Number(one.offset - other.offset),
  );
}
