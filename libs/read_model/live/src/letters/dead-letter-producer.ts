import { letterHeaders, type DeadLetter } from '@reprise/read-model-feed';
import type { Logger } from '@reprise/runtime';
import { Partitioners, type Kafka, type Message, type Producer } from 'kafkajs';

/** Below what a broker accepts in one request and one record batch (1 MB by default). */
const requestBytes = 512 * 1024;
const recordOverheadBytes = 100;
const loggedLetters = 20;

export interface DeadLetterTopics {
  readonly events: { readonly name: string; readonly id: string };
  readonly deadLetters: string;
}

/**
 * Sends events no generation can take to the dead-letter topic, where they wait for an operator. Resolves when every in-sync
 * replica has them, in their order; an event may be sent twice, never lost.
 */
export class DeadLetterProducer {
  readonly #producer: Producer;

  constructor(
    kafka: Kafka,
    private readonly now: () => Date,
  ) {
    this.#producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 3 },
    });
  }

  connect(): Promise<void> {
    return this.#producer.connect();
  }

  disconnect(): Promise<void> {
    return this.#producer.disconnect();
  }

  async putAside(letters: readonly DeadLetter[], topics: DeadLetterTopics): Promise<void> {
    const { name: topic, id: topicId } = topics.events;
    const origin = { topic, topicId, at: this.now().toISOString() };
    const messages = letters.map((letter) => ({
      key: letter.key,
      value: letter.value,
      headers: letterHeaders(letter, origin),
    }));
    for (const some of inRequests(messages))
      await this.#producer.send({ topic: topics.deadLetters, acks: -1, messages: some });
  }
}

/** Logs the first of them: a batch may hold thousands, and all of them are in the topic. */
export function logLetters(letters: readonly DeadLetter[], logger: Logger): void {
  for (const { partition, offset, reason, message, attempts } of letters.slice(0, loggedLetters)) {
    const found = { partition, offset: String(offset), reason, attempts, detail: message };
    logger.error(found, 'event sent to the dead-letter topic');
  }
  const others = letters.length - loggedLetters;
  if (others > 0) logger.error({ others }, 'more events sent to the dead-letter topic');
}

/** Cuts messages into requests a broker accepts; one that is too big on its own goes alone. */
export function inRequests<M extends Pick<Message, 'key' | 'value' | 'headers'>>(
  messages: readonly M[],
): M[][] {
  const requests: M[][] = [];
  let bytes = Infinity;
  for (const message of messages) {
    const size = sizeOf(message);
    if (bytes + size > requestBytes) {
      requests.push([]);
      bytes = 0;
    }
    requests.at(-1)?.push(message);
    bytes += size;
  }
  return requests;
}

function sizeOf({ key, value, headers }: Pick<Message, 'key' | 'value' | 'headers'>): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, values] of Object.entries(headers ?? {}))
    for (const value of [values].flat()) bytes += name.length + Buffer.byteLength(value ?? '') + 4;
  return bytes;
}
