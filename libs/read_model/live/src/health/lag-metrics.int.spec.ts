import type { LiveFeed } from '@reprise/read-model-feed';
import type { Generation } from '@reprise/read-model-indices';
import { createLogger } from '@reprise/runtime';
import { freshTopic, produceRaw, testEndpoints, type FreshTopic } from '@reprise/test-kit';
import { Registry } from 'prom-client';
import { LagMetrics } from './lag-metrics.ts';

describe('the lag a consumer exposes', () => {
  let topic: FreshTopic;

  beforeAll(async () => {
    topic = await freshTopic({ partitions: 2 });
  });

  it('grows with what is not fed, is of the partitions it holds, and is as old as the first missing event', async () => {
    const hourAgo = Date.now() - 3_600_000;
    await produceRaw(topic.name, [
      { partition: 0, value: 'fed' },
      { partition: 0, value: 'old', timestamp: hourAgo },
      { partition: 0, value: 'young' },
      { partition: 1, value: 'of another consumer' },
    ]);
    const registry = new Registry();
    const generation = { projection: 'product_search', name: 'product_search_v1' } as Generation;
    const stop = new LagMetrics(registry).follow({
      context: 'product',
      kafka: testEndpoints().kafka,
      topic: topic.name,
      feed: { fed: [{ generation, positions: new Map([[0, 1n]]) }] } satisfies Pick<LiveFeed, 'fed'>,
      assigned: () => [0],
      logger: createLogger('lag', { level: 'silent' }),
    });
    const metrics = await registry.metrics();
    const labels =
      'context="product",projection="product_search",generation="product_search_v1",partition="0"';
    expect(metrics).toContain(`feed_lag_events{${labels}} 2`);
    const [, seconds] = /^feed_lag_seconds\{[^}]*\} (\S+)$/m.exec(metrics) ?? [];
    expect(Number(seconds)).toBeGreaterThanOrEqual(3_600);
    expect(Number(seconds)).toBeLessThan(7_200);
    expect(metrics).not.toContain('partition="1"');
    stop();
    expect(await registry.metrics()).not.toContain('partition=');
  });
});
