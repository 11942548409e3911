import { recruitingEvents, type RecruitingEvent } from '@reprise/recruiting-events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import { applyEvent, type Projection } from '@reprise/read-model-projections';
import fc from 'fast-check';
import { candidateSummary } from './candidate-summary/candidate-summary.ts';
import { leadSummary } from './lead-summary/lead-summary.ts';
import { projections } from './registered-projections.ts';
import { candidateHistories, leadHistories, recruitingLogs } from './testing/histories.ts';
import { naiveCandidate, naiveLead } from './testing/naive-summaries.ts';

interface Case {
  readonly projection: Projection;
  readonly histories: fc.Arbitrary<RecruitingEvent[]>;
  readonly naive: (events: readonly RecruitingEvent[]) => object | undefined;
}

const cases: readonly Case[] = [
  {
    projection: candidateSummary,
    histories: candidateHistories('a1'),
    naive: naiveCandidate as Case['naive'],
  },
  { projection: leadSummary, histories: leadHistories('a1'), naive: naiveLead as Case['naive'] },
];

it('every projection of recruiting is registered, and checked here', () => {
  expect(projections).toEqual(cases.map(({ projection }) => projection));
});

describe.each(cases.map((each) => [each.projection.name, each] as const))(
  '%s',
  (_, { projection, histories, naive }) => {
    function fold(
      events: readonly RecruitingEvent[],
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
    const hasEnded = (events: readonly RecruitingEvent[]) => recruitingEvents.ends(events.at(-1)!.type);

    it('is the row an independent fold finds, after every event of any history', () => {
      fc.assert(
        fc.property(histories, (events) => {
          for (let known = 1; known <= events.length; known++) {
            const past = events.slice(0, known);
            expect(fold(past)).toEqual({
              id: 'a1',
              version: known,
              tombstone: hasEnded(past) ? 'ended' : undefined,
              data: naive(past),
            });
          }
        }),
      );
    });

    it('leaves a tombstone without a document at the end of a life, after which nothing applies', () => {
      let ended = 0;
      fc.assert(
        fc.property(histories, (events) => {
          fc.pre(hasEnded(events));
          ended += 1;
          const document = fold(events)!;
          expect(JSON.parse(JSON.stringify(document))).toEqual({
            id: 'a1',
            version: events.length,
            tombstone: 'ended',
          });
          const late = { ...events.at(-1)!, aggregateversion: events.length + 1 };
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
          expect(fold([...withDuplicates, ...events])).toEqual(fold(events));
        }),
      );
    });

    it('continues from any stored document as if it had never stopped', () => {
      fc.assert(
        fc.property(histories, fc.nat(), (events, at) => {
          const half = 1 + (at % events.length);
          const stored = JSON.parse(JSON.stringify(fold(events.slice(0, half)))) as VersionedDocument;
          expect(fold(events.slice(half), stored)).toEqual(fold(events));
        }),
      );
    });

    it('keeps times in the one notation that a timestamp column gives back', () => {
      const written = fc.constantFrom('T10:00:00Z', 'T10:00:00.1234567Z');
      fc.assert(
        fc.property(histories, written, (events, time) => {
          const lived = events.filter(({ type }) => !recruitingEvents.ends(type));
          const document = fold(lived.map((event) => ({ ...event, time: `2026-01-01${time}` })))!.data!;
          const times = Object.entries(document).filter(([field]) => field.endsWith('At'));
          const expected = time.includes('.') ? '2026-01-01T10:00:00.123Z' : '2026-01-01T10:00:00.000Z';
          expect(times.map(([, value]) => value as unknown)).toEqual([expected, expected]);
        }),
      );
    });

    it('has exactly the fields its table has', () => {
      fc.assert(
        fc.property(histories, (events) => {
          if (projection.storage.kind !== 'postgres') throw new Error('not a table');
          const columns = projection.storage.columns.map(({ field }) => field).sort();
          const lived = events.filter(({ type }) => !recruitingEvents.ends(type));
          expect(Object.keys(fold(lived)!.data!).sort()).toEqual(columns);
        }),
      );
    });

    it('has no handler for events of the other aggregate', () => {
      fc.assert(
        fc.property(recruitingLogs, (log) => {
          const others = log.filter(({ aggregatetype }) => aggregatetype !== projection.aggregate);
          for (const event of others) {
            if (recruitingEvents.ends(event.type)) continue;
            expect(projection.evolve(undefined, event)).toEqual({ outcome: 'ignore' });
          }
        }),
      );
    });
  },
);

it('the histories of both aggregates are events that their contract reads', () => {
  fc.assert(
    fc.property(recruitingLogs, (log) => {
      for (const event of log)
        expect(recruitingEvents.read(recruitingEvents.encode(event))).toEqual({ ok: true, event });
    }),
  );
});
