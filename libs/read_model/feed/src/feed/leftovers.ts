import type { Blocker, LetterKey, Parked } from '@reprise/read-model-indices';
import { waitsBehind, type DeadLetter } from '../dead-letters/dead-letter.ts';
import type { DecodedBatch } from './decode-batch.ts';
import type { FeedResult } from './feed-events.ts';

/** What one generation could not apply of a batch: dead letters, including blockers, and events that wait behind older ones. */
export interface Leftovers {
  readonly letters: readonly DeadLetter[];
  readonly blockers: readonly (Blocker & { readonly lastParked: number })[];
  readonly parked: readonly Parked[];
}

export interface LeftoverOrigin {
  readonly projection: string;
  readonly generation: string;
  readonly partition: number;
  /** How often the events that failed were tried. */
  readonly attempts: number;
  /** Whether later events of an aggregate wait for one that failed; by position nobody knows which come later. */
  readonly waits: boolean;
}

/**
 * The events of a batch that a generation could not take: poison, gaps without a remedy, documents its store rejects. The first
 * one of an aggregate is the blocker; those after it wait, where events wait.
 */
export function leftoversOf(
  { poison, gaps, refused, waiting }: FeedResult,
  events: DecodedBatch['events'],
  origin: LeftoverOrigin,
): Leftovers {
  const { projection, generation, partition, attempts, waits } = origin;
  const letters: DeadLetter[] = [];
  const blockers: Leftovers['blockers'][number][] = [];
  const parked: Parked[] = [];

  const letterOf = (
    { event, record }: DecodedBatch['events'][number],
    why: Pick<DeadLetter, 'reason' | 'message' | 'attempts' | 'waitsBehind'>,
  ): DeadLetter => ({
    partition,
    ...record,
    aggregateId: event.subject,
    aggregateVersion: event.aggregateversion,
    type: event.type,
    projection,
    ...why,
  });
  if (poison.length + gaps.length + refused.length + waiting.length === 0)
    return { letters, blockers, parked };
  const byAggregate = Map.groupBy(events, ({ event }) => event.subject);
  const from = (aggregateId: string, version: number) =>
    (byAggregate.get(aggregateId) ?? [])
      .filter(({ event }) => event.aggregateversion >= version)
      .sort((a, b) => a.event.aggregateversion - b.event.aggregateversion);
  const putBehind = (behind: DecodedBatch['events'], first: LetterKey, version: number, reason: string) => {
    const key = { partition: first.partition, offset: first.offset };
    const message = `version ${version} has to be applied first; it is a dead letter (${reason})`;
    for (const one of behind)
      letters.push(letterOf(one, { reason: waitsBehind, message, attempts: 0, waitsBehind: key }));
  };
  const block = (aggregateId: string, version: number, reason: string, said: string) => {
    const own = from(aggregateId, version);
    const [first] = own;
    if (!first) return;
    const message = `${generation}: ${said}`;
    const failed = own.filter(({ event }) => event.aggregateversion === first.event.aggregateversion);
    for (const one of failed) letters.push(letterOf(one, { reason, message, attempts }));
    if (!waits) return;
    const key = { partition, offset: first.record.offset };
    putBehind(own.slice(failed.length), key, version, reason);
    const lastParked = own.at(-1)?.event.aggregateversion ?? version;
    blockers.push({ aggregateId, version, ...key, reason, remedySought: true, lastParked });
  };

  for (const { event, error } of poison)
    block(event.subject, event.aggregateversion, 'not-applicable', error.message);
  for (const { aggregateId, expected, reason } of gaps) {
    const why = reason === undefined ? '' : `: ${reason}`;
    block(aggregateId, expected, 'version-gap', `version ${expected} is missing${why}`);
  }
  for (const { aggregateId, after, reason } of refused)
    block(aggregateId, after + 1, 'refused-by-store', reason);
  for (const { aggregateId, blocker } of waiting) {
    const own = from(aggregateId, blocker.version);
    putBehind(own, blocker, blocker.version, blocker.reason);
    const lastParked = own.at(-1)?.event.aggregateversion ?? blocker.version;
    parked.push({ aggregateId, version: blocker.version, lastParked });
  }
  return { letters, blockers, parked };
}

/** Records that are not events block what comes after them, as far as they say whose event they should have been. */
export function undecodableBlockers(letters: readonly DeadLetter[]): Leftovers['blockers'] {
  return letters.flatMap(({ aggregateId, aggregateVersion: version, partition, offset, reason }) =>
    aggregateId === undefined || version === undefined
      ? []
      : [{ aggregateId, version, partition, offset, reason, remedySought: false, lastParked: version }],
  );
}
