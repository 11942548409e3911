import { Producer } from '@platformatic/kafka';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { describeTopic } from '@reprise/read-model-feed';
import { eventually, freshName, testEndpoints } from '@reprise/test-kit';

interface KeyedText {
  readonly key: string;
  readonly value: string;
}

/** A transaction that is still open: its records are in the log, and readers of committed records stop before them. */
export interface OpenTransaction<Written = ProductEvent> {
  write(written: readonly Written[]): Promise<void>;
  end(how: 'commit' | 'abort'): Promise<void>;
}

/** Writes events to one partition in a transaction of a separate producer, and leaves it open. */
export async function openTransaction(
  topic: string,
  partition: number,
  events: readonly ProductEvent[],
): Promise<OpenTransaction> {
  const recordsOf = (given: readonly ProductEvent[]) =>
    given.map((event) => ({ key: event.subject, value: productEvents.encode(event) }));
  const { write, end } = await openRawTransaction(topic, partition, recordsOf(events));
  return { write: (more) => write(recordsOf(more)), end };
}

/** The same for records as they are. */
export async function openRawTransaction(
  topic: string,
  partition: number,
  records: readonly KeyedText[],
): Promise<OpenTransaction<KeyedText>> {
  const producer = new Producer({
    clientId: 'test',
    bootstrapBrokers: [...testEndpoints().kafka.brokers],
    transactionalId: freshName('test.tx'),
    idempotent: true,
  });
  const transaction = await producer.beginTransaction();
  const write = async (written: readonly KeyedText[]): Promise<void> => {
    const messages = written.map(({ key, value }) => ({
      topic,
      partition,
      key: Buffer.from(key),
      value: Buffer.from(value),
    }));
    // Batches of a few hundred kilobytes, below what a broker takes at once.
    for (let at = 0; at < messages.length; at += 500)
      await transaction.send({ acks: -1, messages: messages.slice(at, at + 500) });
  };
  await write(records);
  return {
    write,
    async end(how) {
      const before = await writtenTo(topic, partition);
      await transaction[how]();
      // Brokers answer before the marker is in the partition, and until then the transaction is open for readers.
      await eventually(async () => {
        if ((await writtenTo(topic, partition)) === before)
          throw new Error(`the marker of the transaction is not yet in ${topic}`);
      });
      await producer.close();
    },
  };
}

/** Offset after the last record or marker of the partition. */
async function writtenTo(topic: string, partition: number): Promise<bigint> {
  const { partitions } = await describeTopic(testEndpoints().kafka, topic);
  return partitions[partition]!.highWatermark;
}
