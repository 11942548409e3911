import { describeTopic } from '@reprise/read-model-feed';
import { eventually, freshTopic, produce, productHistory, step, testEndpoints } from '@reprise/test-kit';
import { logSourceContract } from '../log/log-source.contract.ts';
import { openTransaction } from '../testing/transactions.ts';
import { kafkaSource } from './kafka-source.ts';

describe('the Kafka source', () => {
  logSourceContract(async () => ({
    resumable: true,
    async newLog() {
      const { kafka } = testEndpoints();
      const topic = await freshTopic({ partitions: 3 });
      return {
        append: (events) => produce(topic, events),
        appendUndone: async (events) => (await openTransaction(topic.name, 1, events)).end('abort'),
        open: async () => kafkaSource(kafka, await describeTopic(kafka, topic.name), { fetchBytes: 5_000 }),
      };
    },
  }));

  it('reads slices one after the other over the same connection, and leaves none when it is closed', async () => {
    const { kafka } = testEndpoints();
    const topic = await freshTopic({ partitions: 3 });
    const events = Array.from({ length: 30 }, () => productHistory({ events: [step.created()] })).flat();
    await produce(topic, events);
    const described = await describeTopic(kafka, topic.name);
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
    // Those of the test kit.
    const others = sockets();
    const source = kafkaSource(kafka, described);
    const open: number[] = [];
    let read = 0;
    try {
      for (const slice of source.slices) {
        for await (const batch of source.read(slice, { position: 0n }, new AbortController().signal)) {
          read += batch.values.length;
          open.push(sockets());
        }
      }
    } finally {
      await source.close();
    }
    expect(read).toBe(30);
    expect(new Set(open).size).toBe(1);
    expect(open[0]).toBeGreaterThan(others);
    await eventually(() => expect(sockets()).toBe(others));
  });
});
