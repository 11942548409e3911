import type { DomainEvent } from '@reprise/events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { applyEvent } from '../apply-event.ts';
import type { Projection } from '../projection.ts';

/**
 * What a projection makes of the events of one aggregate, after those that `from` holds.
 * @throws Error where an event is missing
 */
export function foldOf(
  projection: Projection,
  events: readonly DomainEvent[],
  from?: VersionedDocument,
): VersionedDocument | undefined {
  let document = from;
  for (const event of events) {
    const applied = applyEvent(projection, document, event);
    if (applied.outcome === 'gap') throw new Error(`gap before ${event.aggregateversion}`);
    if (applied.outcome === 'applied') document = applied.document;
  }
  return document;
}

/** The same histories as a log that orders by position holds them: other records lie between their events. */
export function atPositions<Event extends DomainEvent>(
  histories: fc.Arbitrary<Event[]>,
): fc.Arbitrary<Event[]> {
  const steps = fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 16, maxLength: 16 });
  return fc.tuple(histories, steps).map(([events, between]) => {
    let position = 0;
    return events.map((event, at) => {
      position += between[at % between.length]!;
      return { ...event, aggregateversion: position };
    });
  });
}

/**
 * What holds of every projection, whatever it keeps.
 *
 * @param histories whole lives of one aggregate, some of which end
 */
export function itKeepsTheRules<Event extends DomainEvent>(
  projection: Projection,
  histories: fc.Arbitrary<Event[]>,
): void {
  const ends = (type: string) => projection.events.ends(type);

  it('carries the id and version of the last event, and marks the end of a life, after which nothing applies', () => {
    let ended = 0;
    fc.assert(
      fc.property(histories, (events) => {
        const document = foldOf(projection, events)!;
        const last = events.at(-1)!;
        expect(document).toMatchObject({ id: last.subject, version: last.aggregateversion });
        expect(document.tombstone === 'ended').toBe(ends(last.type));
        if (!ends(last.type)) return;
        ended += 1;
        const late = { ...last, aggregateversion: last.aggregateversion + 1 };
        expect(() => applyEvent(projection, document, late)).toThrow('accepts no more events');
      }),
    );
    expect(ended).toBeGreaterThan(0);
  });

  it('takes each event once, however often past ones come back', () => {
    fc.assert(
      fc.property(histories, fc.infiniteStream(fc.nat()), (events, random) => {
        const withDuplicates = events.flatMap((event, at) => [
          event,
          events[(random.next().value as number) % (at + 1)]!,
        ]);
        const folded = foldOf(projection, events);
        expect(foldOf(projection, [...withDuplicates, ...events])).toEqual(folded);
      }),
    );
  });

  it('continues from any stored document as if it had never stopped', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (events, at) => {
        const half = 1 + (at % events.length);
        const kept = JSON.stringify(foldOf(projection, events.slice(0, half)));
        const stored = JSON.parse(kept) as VersionedDocument;
        expect(foldOf(projection, events.slice(half), stored)).toEqual(foldOf(projection, events));
      }),
    );
  });

  it('changes neither the document nor the event it is given', () => {
    fc.assert(
      fc.property(histories, (events) => {
        let document: VersionedDocument | undefined;
        for (const event of events) {
          const applied = applyEvent(projection, frozen(document), frozen(event));
          if (applied.outcome === 'applied') document = applied.document;
        }
        expect(document!.version).toBe(events.at(-1)!.aggregateversion);
      }),
    );
  });

  it('has exactly the fields its storage has', () => {
    const { storage } = projection;
    // What a store of somebody else's keeps is its own.
    if ('open' in storage) return;
    const stored =
      storage.kind === 'postgres'
        ? storage.columns.map(({ field }) => field as string)
        : Object.keys(storage.properties);
    fc.assert(
      fc.property(histories, (events) => {
        const lived = events.filter(({ type }) => !ends(type));
        expect(Object.keys(foldOf(projection, lived)!.data!).sort()).toEqual([...stored].sort());
      }),
    );
  });
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}
