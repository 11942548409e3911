import type { DeadLetter } from '@reprise/read-model-feed';
import { Partitioners, type Kafka, type Producer } from 'kafkajs';

/**
 * Sends events no generation can take to the dead-letter topic, where they wait for an operator. Resolves when every in-sync
 * replica has them; an event may be sent twice, never lost.
 */
export class DeadLetterProducer {
  readonly #producer: Producer;

  constructor(
    kafka: Kafka,
    private readonly topics: { readonly events: string; readonly deadLetters: string },
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

  async putAside(letters: readonly DeadLetter[]): Promise<void> {
    const at = this.now().toISOString();
    await this.#producer.send({
      topic: this.topics.deadLetters,
      acks: -1,
      messages: letters.map(({ partition, offset, key, value, reason, message }) => ({
        key,
        value,
        headers: {
          'original-topic': this.topics.events,
          'original-partition': String(partition),
          'original-offset': String(offset),
          reason,
          error: message.slice(0, 1000),
          attempts: '1',
          'dead-lettered-at': at,
        },
      })),
    });
  }
}
