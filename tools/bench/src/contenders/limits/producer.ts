import { eventHeaders } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import { readConfiguration } from '@reprise/runtime';
import { generateHistories } from '@reprise/sample';
import { Kafka, logLevel, Partitioners, type Message } from 'kafkajs';
import type { Measurement, Task } from '../../child/task.ts';
import { recordsIn } from '../../servers/topic.ts';
import { startStopwatch } from '../stopwatch.ts';

/** The relay's own batches: so many messages, or so many bytes with what a record needs beside its value. */
const batchMessages = 2_000;
const batchBytes = 1_000_000;
const recordBytes = 128;

/**
 * The limit of publishing: the workload's messages, in memory before the clock starts, through the relay's client with the
 * relay's settings (idempotent, acknowledged by all replicas, one request in flight) and nothing else.
 * @throws Error when the topic does not hold all of them afterwards
 */
export async function producer({ workload }: Task): Promise<Measurement> {
  const { topic, events, products } = workload;
  const { kafka: connection } = readConfiguration(process.env, ['kafka']);
  const batches = batchesOf({ events, products });
  const kafka = new Kafka({ ...connection, clientId: 'reprise-bench', logLevel: logLevel.NOTHING });
  const raw = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await raw.connect();
  try {
    const stopwatch = startStopwatch();
    for (const messages of batches) await raw.send({ topic, acks: -1, messages });
    const seconds = stopwatch.seconds();
    const arrived = await recordsIn(connection, topic);
    if (arrived !== events) throw new Error(`${topic} holds ${arrived} of ${events} events`);
    return { seconds, events, documents: undefined };
  } finally {
    await raw.disconnect();
  }
}

function batchesOf(size: { readonly events: number; readonly products: number }): Message[][] {
  const headers = eventHeaders({});
  const batches: Message[][] = [];
  let room = 0;
  for (const { event } of generateHistories(size)) {
    const value = productEvents.encode(event);
    const bytes = Buffer.byteLength(value) + recordBytes;
    const last = batches.at(-1);
    if (last && last.length < batchMessages && bytes <= room) {
      last.push({ key: event.subject, value, headers });
      room -= bytes;
    } else {
      batches.push([{ key: event.subject, value, headers }]);
      room = batchBytes - bytes;
    }
  }
  return batches;
}
