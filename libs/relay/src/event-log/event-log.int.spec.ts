import { type PublishableMessage } from '@reprise/outbox';
import { createLogger } from '@reprise/runtime';
import { afterFile, freshName, freshTopic, testEndpoints, type FreshTopic } from '@reprise/test-kit';
import { EventLog } from './event-log.ts';
import { createKafka } from './kafka-client.ts';
import { keyPartitioner } from './key-partitioner.ts';
import { aggregate } from '../testing/relay-fixture.ts';
import { readTopic } from '../testing/topic-reader.ts';

const kafka = createKafka(testEndpoints().kafka, 'event-log-test', createLogger('test', { level: 'silent' }));

let topic: FreshTopic;
let log: EventLog;
beforeAll(async () => {
  topic = await freshTopic({ partitions: 2, config: { 'max.message.bytes': '10000' } });
  log = await EventLog.connect(kafka, topic.name);
  afterFile(() => log.close());
});

function message(aggregateId: string, payload = `{"of":"${aggregateId}"}`): PublishableMessage {
  return { id: '1', aggregateId, aggregateVersion: 1, bytes: payload.length, payload };
}

/** Aggregates whose key belongs to this partition of two. */
function aggregatesIn(wanted: number): string[] {
  const partitionOf = keyPartitioner(() => undefined)();
  const metadata = { replicas: [1], isr: [1], leader: 1, partitionErrorCode: 0 };
  const partitionMetadata = [0, 1].map((partitionId) => ({ ...metadata, partitionId }));
  return Array.from({ length: 50 }, (_, index) => aggregate(index)).filter(
    (key) => partitionOf({ topic: 't', partitionMetadata, message: { key, value: null } }) === wanted,
  );
}

describe('the event log', () => {
  it('takes the limit of a message from the topic', () => {
    expect(log.maxMessageBytes).toBe(10_000);
  });

  it('stores the next batch although the one before was refused after a part of it had been stored', async () => {
    const [stored = '', next = ''] = aggregatesIn(0);
    const [large = ''] = aggregatesIn(1);
    const refused = await log.send([message(stored), message(large, JSON.stringify('x'.repeat(20_000)))]);
    expect(refused).toEqual({ outcome: 'refused', reason: expect.stringMatching(/^MESSAGE_TOO_LARGE/) });
    // As long as what was stored: under the same sequence numbers the broker would take it for a repetition.
    expect(await log.send([message(next)])).toEqual({ outcome: 'acknowledged' });
    expect((await readTopic(topic)).map(({ key }) => key)).toEqual([stored, next]);
  });

  it('says which topic is missing, and does not create it', async () => {
    const missing = freshName('test.missing');
    await expect(EventLog.connect(kafka, missing)).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      retryable: false,
      message: expect.stringContaining(`the topic ${missing} does not exist`),
    });
    await expect(EventLog.connect(kafka, missing)).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
  });

  it('says that no broker can be reached', async () => {
    const nowhere = createKafka(
      { brokers: ['127.0.0.1:1'] },
      'test',
      createLogger('test', { level: 'silent' }),
    );
    await expect(EventLog.connect(nowhere, topic.name)).rejects.toMatchObject({
      code: 'EVENT_LOG_UNREACHABLE',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
