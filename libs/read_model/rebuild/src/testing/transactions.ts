import { Producer } from '@platformatic/kafka';
import { encodeEvent, type ProductEvent } from '@reprise/events';
import { freshName, testEndpoints } from '@reprise/test-kit';

/** A transaction that is still open: its records are in the log, and readers of committed records stop before them. */
export interface OpenTransaction {
  end(how: 'commit' | 'abort'): Promise<void>;
}

/** Writes events to one partition in a transaction of a producer of their own, and leaves it open. */
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
  const messages = events.map((event) => ({
    topic,
    partition,
    key: Buffer.from(event.subject),
    value: Buffer.from(encodeEvent(event)),
  }));
  await transaction.send({ acks: -1, messages });
  return {
    async end(how) {
      await transaction[how]();
      await producer.close();
    },
  };
}
