import { type Logger } from '@reprise/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProductStore } from './product-store.ts';

const hourMs = 3_600_000;

/**
 * Deletes kept answers older than `retentionHours`, at once and then every hour until `signal` aborts. A failure is logged, and
 * the next run makes up for it: old answers only take room.
 */
export async function forgetOldAnswers(
  store: ProductStore,
  retentionHours: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const forgotten = await store.forgetAnswers(retentionHours);
      if (forgotten > 0) logger.info({ forgotten, retentionHours }, 'forgot old idempotency keys');
    } catch (error) {
      logger.warn({ err: error }, 'old idempotency keys were not deleted; the next attempt is in an hour');
    }
    await sleep(hourMs, undefined, { signal }).catch(() => undefined);
  }
}
