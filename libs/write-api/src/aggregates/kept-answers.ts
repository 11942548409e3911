import { type Logger } from '@reprise/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Run, type Statement } from '../database/write-database.ts';
import { type IdempotentRequest } from '../requests/idempotency.ts';
import { type WriteResult } from './aggregate.ts';

const findAnswer: Statement = {
  name: 'find-answer',
  text: 'SELECT request_hash, answer FROM idempotency_keys WHERE key = $1',
};

/** The primary key of the kept answers, as an error names it. */
export const answersKey = 'idempotency_keys_pkey';

/** In portions, so that none of them runs into the statement timeout. */
const forgetPortion: Statement = {
  name: 'forget-answers',
  text: `DELETE FROM idempotency_keys WHERE key IN (
    SELECT key FROM idempotency_keys WHERE created_at < now() - make_interval(hours => $1)
    ORDER BY created_at LIMIT 5000)`,
};

/** The answer that was given to the same request before, or that its key belongs to another one; undefined for a new key. */
export async function answered<State>(
  run: Run,
  { key, hash }: IdempotentRequest,
): Promise<WriteResult<State, never> | undefined> {
  const { rows } = await run<{ request_hash: string; answer: State }>(findAnswer, [key]);
  const [found] = rows;
  if (found === undefined) return undefined;
  return found.request_hash === hash
    ? { outcome: 'replayed', state: found.answer }
    : { outcome: 'key-reused' };
}

/** Forgets answers kept for longer than `hours`; their requests would have an effect again. Returns how many. */
export async function forgetAnswers(run: Run, hours: number): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const { count } = await run(forgetPortion, [hours]);
    if (count === 0) return forgotten;
    forgotten += count;
  }
}

const hourMs = 3_600_000;

/**
 * Deletes kept answers older than `retentionHours`, at once and then every hour until `signal` aborts. A failure is logged, and
 * the next run makes up for it: old answers only take room.
 */
export async function forgetOldAnswers(
  run: Run,
  retentionHours: number,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const forgotten = await forgetAnswers(run, retentionHours);
      if (forgotten > 0) logger.info({ forgotten, retentionHours }, 'forgot old idempotency keys');
    } catch (error) {
      logger.warn({ err: error }, 'old idempotency keys were not deleted; the next attempt is in an hour');
    }
    await sleep(hourMs, undefined, { signal }).catch(() => undefined);
  }
}
