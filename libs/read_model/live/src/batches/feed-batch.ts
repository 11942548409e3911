import type { LiveFeed } from '@reprise/read-model-feed';
import type { Logger } from '@reprise/runtime';
import type { FeedHealth } from '../health/feed-health.ts';
import type { FeedMetrics } from '../health/feed-metrics.ts';
import type { LogCheck } from '../log/log-check.ts';
import { BatchSpan, type BatchSource } from './batch-span.ts';
import type { BatchMessage, BatchVerdict } from './partition-batches.ts';

/** What one context's batches are fed with. */
export interface BatchFeedInput {
  readonly feed: LiveFeed;
  readonly logCheck: Pick<LogCheck, 'assertFits'>;
  readonly health: FeedHealth;
  readonly metrics: FeedMetrics;
  readonly logger: Logger;
  readonly source: BatchSource;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Feeds a batch to every generation. Faults are waited out, never skipped: the partition stands still meanwhile. Never rejects.
 * @param end of the partition when the batch was fetched
 */
export async function feedBatch(
  input: BatchFeedInput,
  message: BatchMessage,
  end: bigint,
): Promise<BatchVerdict> {
  const { feed, logCheck, health, metrics, logger } = input;
  const { batch, signal } = message;
  const { partition } = batch;
  const span = new BatchSpan(input.source, batch);
  try {
    await logCheck.assertFits(partition, end);
    const begun = performance.now();
    const result = await feed.feed(batch, signal, span.decoded);
    health.recovered(partition);
    if (result.outcome === 'read-from') {
      if (feed.generations.length === 0) return { verdict: 'pause' };
      const { position } = result;
      logger.info({ partition, position: String(position) }, 'a generation needs earlier records');
      return { verdict: 'read-from', offset: position };
    }
    metrics.fed(batch.records.length, result.applied, (performance.now() - begun) / 1000);
    span.applied(result.applied);
    return { verdict: 'next' };
  } catch (error) {
    span.failed(error);
    return span.within(() => retryLater(input, message, error));
  } finally {
    span.end();
  }
}

/** What becomes of a batch that was not fed: read again where it is still wanted, after ever longer pauses. */
export function retryLater(
  { health, logger }: BatchFeedInput,
  { batch: { partition, from }, signal }: BatchMessage,
  error: unknown,
): BatchVerdict {
  if (signal.aborted) return { verdict: 'read-from', offset: from };
  const attempt = health.failing(partition, error);
  const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempt, 10));
  const afterMs = bound / 2 + Math.random() * (bound / 2);
  logger.error({ err: error, partition, from: String(from), attempt }, 'batch not fed; retrying');
  return { verdict: 'retry', afterMs };
}
