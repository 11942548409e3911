import { Producer } from '@platformatic/kafka';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { freshName, testEndpoints } from '@reprise/test-kit';

/** A transaction that is still open: its records are in the log, and readers of committed records stop before them. */
export interface OpenTransaction {
  write(events: readonly ProductEvent[]): Promise<void>;
  end(how: 'commit' | 'abort'): Promise<void>;
}

/** Writes events to one partition in a transaction of a separate producer, and leaves it open. */
export async function openTransaction(
  topic: string,
  partition: number,
  events: readonly ProductEvent[],
): Promise<OpenTransaction> {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [...testEndpoints().kafka.brokers],
    transactionalId: freshName('test.tx'),
    idempotent: true,
  });
  const transaction = await producer.beginTransaction();
  const write = async (written: readonly ProductEvent[]): Promise<void> => {
    const messages = written.map((event) => ({
      topic,
      partition,
      key: Buffer.from(event.subject),
      value: Buffer.from(productEvents.encode(event)),
    }));
    // Batches of a few hundred kilobytes, below what a broker takes at once.
    for (let at = 0; at < messages.length; at += 500)
      await transaction.send({ acks: -1, messages: messages.slice(at, at + 500) });
  };
  await write(events);
  return {
    write,
    async end(how) {
      await transaction[how]();
      await producer.close();
    },
  };
}
