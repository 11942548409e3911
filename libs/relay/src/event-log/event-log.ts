import { setTimeout as delay } from 'node:timers/promises';
import { type PublishableMessage, type SendResult } from '@reprise/outbox';
import { type Kafka, type Message, type Producer, type RecordMetadata } from 'kafkajs';
import { inSpan, sendSpan } from '@reprise/runtime/traces';
import { keyPartitioner } from './key-partitioner.ts';
import { messageOf, notAcknowledged, eventLogUnreachable } from '../relay-errors.ts';
import { inspectTopic, typeOf } from './topic.ts';

const headers = { 'content-type': 'application/cloudevents+json' };

/** Refusals caused by the message itself, not by the moment: the broker's limits and checks of a record. */
const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']);

/**
 * The topic, as the relay writes it: idempotent producer, acknowledged by all in-sync replicas, one request at a time, the
 * aggregate id as key, so all events of an aggregate are in one partition in the order they were sent.
 *
 * After any send that did not end in an acknowledgement the producer is replaced. kafkajs then reuses its sequence numbers,
 * although the broker may have stored part of the batch under them: a later, different batch under the same numbers would be
 * answered as a duplicate and lost.
 */
export class EventLog {
  readonly #kafka: Kafka;
  readonly #topic: string;
  #producer: Producer | undefined;
  #maxMessageBytes = 0;
  /** Partitions of the batch being sent. */
  readonly #routed = new Set<number>();

  private constructor(kafka: Kafka, topic: string) {
    this.#kafka = kafka;
    this.#topic = topic;
  }

  /** @throws RelayError TOPIC_MISSING, or EVENT_LOG_UNREACHABLE */
  static async connect(kafka: Kafka, topic: string): Promise<EventLog> {
    const log = new EventLog(kafka, topic);
    await log.#connectedProducer();
    return log;
  }

  /** The largest payload worth sending, in bytes: what the topic accepts as a whole batch. */
  get maxMessageBytes(): number {
    return this.#maxMessageBytes;
  }

  /** Asks for the topic's limit again; an operator may have changed it. */
  async refreshLimits(): Promise<void> {
    this.#maxMessageBytes = (await inspectTopic(this.#kafka, this.#topic)).maxMessageBytes;
  }

  /**
   * Sends one batch in order.
   *
   * @throws RelayError NOT_ACKNOWLEDGED or EVENT_LOG_UNREACHABLE; any part of the batch may have been stored
   */
  async send(messages: readonly PublishableMessage[]): Promise<SendResult> {
    const producer = await this.#connectedProducer();
    this.#routed.clear();
    try {
      const acknowledgements = await inSpan(
        () => sendSpan(this.#topic, messages.length),
        () =>
          producer.send({
            topic: this.#topic,
            acks: -1,
            timeout: 4_000,
            messages: messages.map(toRecord),
          }),
      );
      const missing = unacknowledged(this.#routed, acknowledgements);
      if (missing.length > 0) throw new Error(`no acknowledgement for partition ${missing.join(', ')}`);
      return { outcome: 'acknowledged' };
    } catch (error) {
      await this.close();
      const type = typeOf(error) ?? '';
      if (refusals.has(type)) return { outcome: 'refused', reason: `${type}: ${messageOf(error)}` };
      throw notAcknowledged(this.#topic, error);
    }
  }

  /** Abandons the producer; the next {@link send} makes a new one. It does not wait for a broker that does not answer. */
  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    const disconnected = producer?.disconnect().catch(() => undefined);
    await Promise.race([disconnected, delay(1_000, undefined, { ref: false })]);
  }

  async #connectedProducer(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    await this.refreshLimits();
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner((partition) => this.#routed.add(partition)),
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw eventLogUnreachable(this.#topic, error);
    }
    this.#producer = producer;
    return producer;
  }
}

function toRecord(message: PublishableMessage): Message {
  return { key: message.aggregateId, value: message.payload, headers };
}

/**
 * Partitions that records were routed to and no broker answered for. When a partition moves to a broker that has already
 * answered for others, kafkajs resolves without having sent its records.
 */
export function unacknowledged(
  routed: ReadonlySet<number>,
  acknowledgements: readonly Pick<RecordMetadata, 'partition' | 'errorCode'>[],
): number[] {
  const acknowledged = new Set(
    acknowledgements.filter(({ errorCode }) => errorCode === 0).map(({ partition }) => partition),
  );
  return [...routed].filter((partition) => !acknowledged.has(partition));
}
