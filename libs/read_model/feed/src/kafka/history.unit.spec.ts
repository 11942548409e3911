import type { KafkaTopic } from './kafka-topic.ts';
import { proveHistoryComplete } from './history.ts';

const topic: KafkaTopic = {
  name: 'product.events',
  id: 'id-1',
  clusterId: 'cluster-1',
  cleanupPolicy: 'delete',
  retentionMs: '-1',
  retentionBytes: '-1',
  partitions: [
    { partition: 0, logStart: 0n, end: 10n, highWatermark: 10n, leader: 1 },
    { partition: 1, logStart: 0n, end: 0n, highWatermark: 0n, leader: 1 },
  ],
};
const withPartition = (change: Partial<KafkaTopic['partitions'][number]>): KafkaTopic => ({
  ...topic,
  partitions: [topic.partitions[0]!, { ...topic.partitions[1]!, ...change }],
});

describe('the proof of a complete history', () => {
  it('accepts a topic that begins at 0 everywhere, is not compacted and is the one it was', () => {
    expect(proveHistoryComplete(topic, 'id-1')).toEqual({ complete: true, warnings: [] });
    expect(proveHistoryComplete(topic, undefined).complete).toBe(true);
  });

  it.each([
    [
      'a truncated partition',
      withPartition({ logStart: 7n, end: 9n, highWatermark: 9n }),
      'id-1',
      'product.events/1 begins at offset 7: offsets 0 to 6 are gone',
    ],
    ['compaction', { ...topic, cleanupPolicy: 'compact,delete' }, 'id-1', 'is compacted'],
    ['another incarnation of the topic', topic, 'id-0', 'was deleted and created again'],
  ])('refuses %s and names it', (_case, given, liveTopicId, problem) => {
    const proof = proveHistoryComplete(given, liveTopicId);
    expect(proof.complete).toBe(false);
    expect(proof).toMatchObject({ problems: [expect.stringContaining(problem)] });
  });

  it('warns of finite retention and of open transactions', () => {
    const proof = proveHistoryComplete(
      { ...withPartition({ end: 3n, highWatermark: 8n }), retentionMs: '604800000' },
      undefined,
    );
    expect(proof).toMatchObject({
      complete: true,
      warnings: [expect.stringContaining('finite retention'), expect.stringContaining('open transaction')],
    });
  });
});
