import { describeTopic } from '@reprise/read-model-feed';
import { freshTopic, produce, testEndpoints } from '@reprise/test-kit';
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
});
