import type { ProductEvent } from '@reprise/product-events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { applyEvent } from '@reprise/read-model-projections';
import { atPositions, itKeepsTheRules } from '@reprise/read-model-projections/testing';
import { projections } from './registered-projections.ts';
import { projectionsByPosition } from './testing/by-position.ts';
import { histories } from './testing/histories.ts';

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

describe.each(projectionsByPosition.map((projection) => [projection.name, projection] as const))(
  '%s of a log that orders by position',
  (_, projection) => itKeepsTheRules(projection, atPositions(histories('p1'))),
);

describe.each(projections.map((projection) => [projection.name, projection] as const))(
  '%s',
  (_, projection) => {
    const fold = (
      events: readonly ProductEvent[],
      from?: VersionedDocument,
    ): VersionedDocument | undefined => {
      let document = from;
      for (const event of events) {
        const applied = applyEvent(projection, document, event);
        if (applied.outcome === 'gap') throw new Error(`gap before ${event.aggregateversion}`);
        if (applied.outcome === 'applied') document = applied.document;
      }
      return document;
    };

    it('carries its product and the version of the last event, whatever the history', () => {
      fc.assert(
        fc.property(histories('p1'), (events) => {
          const document = fold(events)!;
          expect(document.id).toBe('p1');
          expect(document.data).toMatchObject({ productId: 'p1', version: events.length });
          expect(document.version).toBe(events.length);
          expect(document.tombstone === 'ended').toBe(events.at(-1)!.type === 'product.deleted.v1');
        }),
      );
    });

    it('takes each event once, however often and in whatever order past ones come back', () => {
      const property = fc.property(histories('p1'), fc.infiniteStream(fc.nat()), (events, random) => {
        const withDuplicates = events.flatMap((event, i) => [
          event,
          events[(random.next().value as number) % (i + 1)]!,
        ]);
        expect(fold([...withDuplicates, ...events])).toEqual(fold(events));
      });
      fc.assert(property);
    });

    it('continues from any stored document as if it had never stopped', () => {
      fc.assert(
        fc.property(histories('p1'), fc.nat(), (events, at) => {
          const half = at % events.length;
          const stored =
            half === 0
              ? undefined
              : (JSON.parse(JSON.stringify(fold(events.slice(0, half)))) as VersionedDocument);
          expect(fold(events.slice(half), stored)).toEqual(fold(events));
        }),
      );
    });

    it('says which version is missing when an event comes too early, and takes nothing of it', () => {
      fc.assert(
        fc.property(histories('p1'), fc.nat(), fc.nat(), (events, at, further) => {
          const known = at % events.length;
          const early = known + 1 + (further % (events.length - known));
          const document = fold(events.slice(0, known));
          if (early >= events.length) return;
          expect(applyEvent(projection, document, events[early]!)).toEqual({
            outcome: 'gap',
            expected: known + 1,
          });
        }),
      );
    });

    it('changes neither the document nor the event it is given', () => {
      fc.assert(
        fc.property(histories('p1'), (events) => {
          let document: VersionedDocument | undefined;
          for (const event of events) {
            const applied = applyEvent(projection, frozen(document), frozen(event));
            if (applied.outcome === 'applied') document = applied.document;
          }
          expect(document!.version).toBe(events.length);
        }),
      );
    });

    it('refuses events that no life has at that place: none revives a deleted product', () => {
      fc.assert(
        fc.property(histories('p1'), histories('p1'), (events, other) => {
          const ended = events.filter(({ type }) => type !== 'product.deleted.v1');
          const deletion = { type: 'product.deleted.v1', data: {}, aggregateversion: ended.length + 1 };
          const document = fold([...ended, { ...events[0]!, ...deletion } as ProductEvent])!;
          for (const event of other) {
            const late = { ...event, aggregateversion: document.version + 1 };
            expect(() => applyEvent(projection, document, late)).toThrow(
              /which (was deleted|exists already)/,
            );
            if (event.type !== 'product.created.v1') {
              expect(() => applyEvent(projection, undefined, { ...event, aggregateversion: 1 })).toThrow(
                /only product.created.v1 can be the first/,
              );
            }
          }
          const again = { ...events[0]!, aggregateversion: ended.length + 1 };
          expect(() => applyEvent(projection, fold(ended), again)).toThrow(/exists already/);
        }),
      );
    });
  },
);
