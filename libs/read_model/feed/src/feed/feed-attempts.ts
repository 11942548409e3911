import type { DomainEvent } from '@reprise/events';
import type { FeedResult } from './feed-events.ts';

/** How often a failure caused by the event itself is retried, and the wait between two attempts. */
export interface AttemptLimit {
  readonly attempts: number;
  /** @param attempt the number of the attempt that failed, from 1 */
  readonly pause: (attempt: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** One attempt; `isFirst` when it is about all events and may move positions along. */
export type FeedAttempt = (events: readonly DomainEvent[], isFirst: boolean) => Promise<FeedResult>;

/**
 * Feeds events, and repeats those of failed aggregates, each time from what is stored by then, until nothing fails or the limit
 * is reached. All other aggregates are done after the first attempt. Events behind a known blocker are not tried.
 *
 * @returns the sum of all attempts, with the failures of the last, and how often those were tried
 * @throws whatever an attempt throws: server faults do not count as attempts
 */
export async function feedRepeatedly(
  feed: FeedAttempt,
  events: readonly DomainEvent[],
  { attempts, pause }: AttemptLimit,
  signal?: AbortSignal,
): Promise<FeedResult & { readonly attempts: number }> {
  let result = await feedStepwise(feed, events, await feed(events, true));
  let tried = 1;
  for (; tried < attempts; tried++) {
    const failing = failingAggregates(result);
    if (failing.size === 0) break;
    await pause(tried, signal);
    const again = events.filter(({ subject }) => failing.has(subject));
    const next = await feedStepwise(feed, again, await feed(again, false));
    result = add(result, next);
  }
  return { ...result, attempts: tried };
}

/** A store refuses a document, not an event: its events are fed one at a time, so that all before the one it refuses are kept. */
async function feedStepwise(
  feed: FeedAttempt,
  events: readonly DomainEvent[],
  whole: FeedResult,
): Promise<FeedResult> {
  let result = whole;
  for (const { aggregateId, after } of whole.refused) {
    const own = events
      .filter(({ subject, aggregateversion }) => subject === aggregateId && aggregateversion > after)
      .sort((a, b) => a.aggregateversion - b.aggregateversion);
    if (own.length < 2) continue;
    result = { ...result, refused: result.refused.filter((one) => one.aggregateId !== aggregateId) };
    for (const event of own) {
      const step = await feed([event], false);
      const failed = failingAggregates(step).size > 0 || step.waiting.length > 0;
      result = add(result, step, (one) => one.aggregateId !== aggregateId);
      if (failed) break;
    }
  }
  return result;
}

function failingAggregates({ poison, gaps, refused }: FeedResult): ReadonlySet<string> {
  return new Set([
    ...poison.map(({ event }) => event.subject),
    ...gaps.map(({ aggregateId }) => aggregateId),
    ...refused.map(({ aggregateId }) => aggregateId),
  ]);
}

/** What was counted adds up; failures are those of `next`, and those of `before` that `keeps` names. */
function add(
  before: FeedResult,
  next: FeedResult,
  keeps: (one: { readonly aggregateId: string }) => boolean = () => false,
): FeedResult {
  const { write } = before;
  return {
    applied: before.applied + next.applied,
    duplicate: before.duplicate,
    repaired: [...before.repaired, ...next.repaired],
    gaps: [...before.gaps.filter(keeps), ...next.gaps],
    poison: [...before.poison.filter(({ event }) => keeps({ aggregateId: event.subject })), ...next.poison],
    refused: [...before.refused.filter(keeps), ...next.refused],
    waiting: [...before.waiting, ...next.waiting],
    write: {
      written: write.written + next.write.written,
      stale: write.stale + next.write.stale,
      rejected: next.write.rejected,
    },
  };
}
