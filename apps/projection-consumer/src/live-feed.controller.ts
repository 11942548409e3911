import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type LiveFeed } from '@reprise/read-model-feed';
import { type Logger } from '@reprise/runtime';
import { type FeedHealth } from './feed-health.ts';
import { type FeedMetrics } from './feed-metrics.ts';
import { partitionBatchPattern, type BatchMessage, type BatchVerdict } from './partition-batches.ts';

export const liveFeed = Symbol('LiveFeed');
export const feedHealth = Symbol('FeedHealth');
export const feedMetrics = Symbol('FeedMetrics');
export const feedLogger = Symbol('Logger');

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/** Feeds each batch until it is done. Faults are waited out, never skipped: the partition stands still meanwhile. */
@Controller()
export class LiveFeedController {
  constructor(
    @Inject(liveFeed) private readonly feed: LiveFeed,
    @Inject(feedHealth) private readonly health: FeedHealth,
    @Inject(feedMetrics) private readonly metrics: FeedMetrics,
    @Inject(feedLogger) private readonly logger: Logger,
  ) {}

  @EventPattern(partitionBatchPattern)
  async handle(@Payload() { batch, signal }: BatchMessage): Promise<BatchVerdict> {
    const { partition, from } = batch;
    try {
      const begun = performance.now();
      const result = await this.feed.feed(batch, signal);
      this.health.recovered(partition);
      if (result.outcome === 'read-from') return this.elsewhere(partition, result.position);
      this.metrics.fed(batch.records.length, result.applied, (performance.now() - begun) / 1000);
      return { verdict: 'next' };
    } catch (error) {
      if (signal.aborted) return { verdict: 'read-from', offset: from };
      const attempt = this.health.failing(partition, error);
      const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10));
      const afterMs = bound / 2 + Math.random() * (bound / 2);
      this.logger.error({ err: error, partition, from: String(from), attempt }, 'batch not fed; retrying');
      return { verdict: 'retry', afterMs };
    }
  }

  private elsewhere(partition: number, position: bigint): BatchVerdict {
    if (this.feed.generations.length === 0) return { verdict: 'pause' };
    this.logger.info({ partition, position: String(position) }, 'a generation needs earlier records');
    return { verdict: 'read-from', offset: position };
  }
}
