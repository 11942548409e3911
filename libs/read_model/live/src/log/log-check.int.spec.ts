import { describeTopic } from '@reprise/read-model-feed';
import type { Generation } from '@reprise/read-model-indices';
import { silentLogger } from '@reprise/runtime';
import { afterFile, eventually, freshTopic, kafkaAdmin, produceRaw, testEndpoints } from '@reprise/test-kit';
import { FeedHealth } from '../health/feed-health.ts';
import { FedLog } from './fed-log.ts';
import { LogCheck } from './log-check.ts';

const { kafka } = testEndpoints();

/** A log of one partition with so many records, and a generation that was fed up to a position in it. */
async function fed(records: number, position: bigint) {
  const topic = await freshTopic();
  await write(topic.name, records);
  const { id } = await describeTopic(kafka, topic.name);
  const positions = new Map([[0, position]]);
  const generations = [{ generation: { name: 'g' } as Generation, positions }];
  const health = new FeedHealth();
  health.positioned([0]);
  let asked = 0;
  const log = new FedLog({
    describe: () => {
      asked += 1;
      return describeTopic(kafka, topic.name);
    },
    ...{ topicId: id, versions: 'sequence', closesGaps: true },
  });
  const check = new LogCheck({
    ...{ log, health, feed: { fed: generations }, assigned: () => [0], logger: silentLogger() },
    everyMs: { well: 100, wrong: 100 },
  });
  const reasons = (): Promise<string> => health.assertFeeding().then(() => 'fed', String);
  return { topic, positions, check, reasons, asked: () => asked };
}

async function write(topic: string, records: number): Promise<void> {
  await produceRaw(
    topic,
    Array.from({ length: records }, () => ({ value: 'x' })),
  );
}

function keepLooking(check: LogCheck): void {
  const stop = new AbortController();
  const looking = check.keepLooking(stop.signal);
  afterFile(async () => {
    stop.abort();
    await looking;
  });
}

describe('the check that positions fit the log', () => {
  it('asks for nothing while batches are what they were', async () => {
    const { check, asked } = await fed(3, 3n);
    await check.assertFits(0, 3n);
    await check.assertFits(0, 4n);
    expect(asked()).toBe(0);
  });

  it('lets a batch pass that is only older than the position of a generation', async () => {
    const { check, reasons, asked } = await fed(3, 3n);
    await check.assertFits(0, 2n);
    expect({ asked: asked(), reasons: await reasons() }).toEqual({ asked: 1, reasons: 'fed' });
  });

  it('notices while it runs that a partition was emptied, which brings no batch, and that it is well again', async () => {
    const { topic, positions, check, reasons } = await fed(5, 2n);
    keepLooking(check);
    const admin = await kafkaAdmin();
    await admin.fetchTopicOffsets(topic.name);
    await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition: 0, offset: '5' }] });
    await eventually(async () =>
      expect(await reasons()).toContain('the log begins at offset 5, but a generation needs offset 2 next'),
    );
    expect(await reasons()).toContain('./reprise rebuild --projection all --source event-store');
    await expect(check.assertFits(0, 5n)).rejects.toThrow('the log begins at offset 5');
    // The generation that needed them is not fed any more.
    positions.set(0, 5n);
    await eventually(async () => expect(await reasons()).toBe('fed'));
    await check.assertFits(0, 5n);
  });

  it('refuses the first batch of a log that ends before a position', async () => {
    const { check, reasons } = await fed(3, 5n);
    await expect(check.assertFits(0, 3n)).rejects.toThrow(
      'the log ends at offset 3, but g was fed up to offset 5',
    );
    expect(await reasons()).toContain('partition 0 stands still: the log ends at offset 3');
  });

  it('notices while it runs that the topic was created again, however much is in it', async () => {
    const { topic, check, reasons } = await fed(2, 2n);
    keepLooking(check);
    await topic.delete();
    await write((await freshTopic({ name: topic.name })).name, 9);
    await eventually(async () => expect(await reasons()).toContain('was deleted and created again'));
    expect(await reasons()).toContain('restart relays and consumers');
    await expect(check.assertFits(0, 9n)).rejects.toThrow('was deleted and created again');
  });
});
