import type { DeclaredType } from '../contract/known-types.ts';
import type { DomainEvent } from '../domain-event.ts';
import { partitionOfKey } from '../log/partition-of-key.ts';

/** What the names of the engine's own aggregates and events begin with; no contract may declare them. */
export const reservedPrefix = 'reprise.';

/** `aggregatetype` of canaries: events that a write side writes to itself, to measure how long an event takes to readers. */
export const canaryAggregateType = 'reprise.canary';

/** `type` of their events, which have no data. Every contract reads it, and no projection is given it. */
export const canaryEventType = 'reprise.canary.v1';

/** The type as every contract knows it beside its own. */
export const canaryType: DeclaredType = {
  type: canaryEventType,
  aggregateType: canaryAggregateType,
  definition: {
    title: 'Canary',
    description:
      'Written at intervals to measure how long an event takes to readers. No document is made of it.',
    data: { kind: 'json-schema', schema: { type: 'object', maxProperties: 0 } },
  },
};

export function isCanary({ aggregatetype }: Pick<DomainEvent, 'aggregatetype'>): boolean {
  return aggregatetype === canaryAggregateType;
}

/** How many canaries there are: bounded, and a multiple of every number of partitions up to eight and of most that are in use. */
export const canaryCount = 840;

/** Ids that are tried for one canary; one in {@link canaryCount} fits. */
const triedIds = 2 ** 20;

/**
 * The id of the canary whose turn it is, always the same for a turn. Its hash, by which producers choose the partition, is the turn
 * modulo {@link canaryCount}: consecutive turns go to consecutive partitions of every topic whose number of partitions divides that,
 * and all turns together reach each of any hundred. So nobody has to know how many partitions the topic has.
 *
 * @param turn a whole number of any size
 */
export function canaryId(turn: number): string {
  const place = turn % canaryCount;
  for (let tried = 0; tried < triedIds; tried++) {
    const id = idOf(place, tried);
    if (partitionOfKey(id, canaryCount) === place) return id;
  }
  throw new RangeError(`no id was found for canary ${place}`);
}

/** A UUID of version 8, whose digits are its maker's. */
function idOf(place: number, tried: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  return `63616e61-7279-8000-8${hex(place, 3)}-${hex(tried, 12)}`;
}
