import { Producer } from '@platformatic/kafka';
import { eventually, freshName, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { describeTopic } from './kafka-topic.ts';
import { timesOfNext } from './record-times.ts';

const { kafka } = testEndpoints();
const record = { partition: 0, key: 'key', value: 'value' };
const timesIn = async (name: string) => timesOfNext(kafka, await describeTopic(kafka, name), new Map());

describe('when the next record was written', () => {
  it("is the broker's time where the topic is stamped with that, whatever a producer says", async () => {
    const topic = await freshTopic({ config: { 'message.timestamp.type': 'LogAppendTime' } });
    await produceRaw(topic, [{ ...record, timestamp: 1_000 }]);
    expect((await timesIn(topic.name)).get(0)).toBeGreaterThan(Date.parse('2020-01-01T00:00:00Z'));
  });

  it('is that of the first record that is committed', async () => {
    const topic = await freshTopic();
    const now = Date.now();
    const transactionalId = freshName('test.tx');
    const bootstrapBrokers = [...kafka.brokers];
    const producer = new Producer({ clientId: 'test', bootstrapBrokers, transactionalId, idempotent: true });
    const transaction = await producer.beginTransaction();
    const [key, value] = [Buffer.from('key'), Buffer.from('value')];
    // A time far from that of its marker puts both into different segments, and a fetch reads one.
    const messages = [{ topic: topic.name, partition: 0, key, value, timestamp: 1_000n }];
    await transaction.send({ acks: -1, messages });
    await transaction.abort();
    await producer.close();
    await produceRaw(topic, [{ ...record, timestamp: now }]);
    // Brokers answer before the marker is in the partition: until then nothing after the transaction can be read.
    await eventually(async () =>
      expect((await describeTopic(kafka, topic.name)).partitions[0]!.end).toBeGreaterThan(2n),
    );
    expect(await timesIn(topic.name)).toEqual(new Map([[0, now]]));
  });
});
