import type { DomainEvent } from '../domain-event.ts';
import type { EventContract } from './event-contract.ts';
import type { KnownType } from './known-types.ts';

/** The rule of `EventContract.assertNext`, and the types it goes by. */
export function lifecycleOf(
  known: ReadonlyMap<string, KnownType>,
): Pick<EventContract, 'assertNext' | 'begins' | 'ends'> {
  const beginnings = new Map<string, string[]>();
  for (const { type, aggregateType, definition } of known.values()) {
    const first = beginnings.get(aggregateType) ?? [];
    if (definition.begins) first.push(type);
    beginnings.set(aggregateType, first);
  }
  const begins = new Set([...beginnings.values()].flat());
  const ends = new Set(
    [...known.values()].filter(({ definition }) => definition.ends).map(({ type }) => type),
  );

  return {
    begins: (type) => begins.has(type),
    ends: (type) => ends.has(type),
    assertNext(life, event) {
      const { type } = event;
      if (life === 'unborn') {
        if (begins.has(type)) return;
        const first = beginnings.get(event.aggregatetype) ?? [];
        if (first.length > 0)
          throw new RangeError(`${placeOf(event)}; only ${first.join(' or ')} can be the first`);
        return;
      }
      if (begins.has(type)) throw new RangeError(`${placeOf(event)}, which exists already`);
      if (life === 'ended')
        throw new RangeError(`${placeOf(event)}, which was deleted and accepts no more events`);
    },
  };
}

/** Worded only where it is said: the rule runs for every event. */
function placeOf({ type, subject, aggregatetype, aggregateversion }: DomainEvent): string {
  return `${type} is event ${aggregateversion} of ${aggregatetype} ${subject}`;
}
