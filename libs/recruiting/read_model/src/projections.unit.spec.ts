import { recruitingEvents, type RecruitingEvent } from '@reprise/recruiting-events';
import { atPositions, foldOf, itKeepsTheRules } from '@reprise/read-model-projections/testing';
import fc from 'fast-check';
import { projections } from './registered-projections.ts';
import { projectionsByPosition } from './testing/by-position.ts';
import { candidateHistories, leadHistories, recruitingLogs } from './testing/histories.ts';
import { naiveCandidate, naiveLead } from './testing/naive-summaries.ts';

/** Whole lives of one aggregate, by its type. */
const historiesOf: Readonly<Record<string, fc.Arbitrary<RecruitingEvent[]>>> = {
  candidate: candidateHistories('a1'),
  lead: leadHistories('a1'),
};

/** Projections that an independent fold checks here; others have a spec beside them. */
const naiveOf: Readonly<Record<string, (events: readonly never[]) => object | undefined>> = {
  candidate_summary: naiveCandidate,
  lead_summary: naiveLead,
};

const cases = [
  ...projections.map((each) => [each.name, 'sequence', each, historiesOf[each.aggregate]!] as const),
  ...projectionsByPosition.map(
    (each) => [each.name, 'position', each, atPositions(historiesOf[each.aggregate]!)] as const,
  ),
];
const hasEnded = (events: readonly RecruitingEvent[]) => recruitingEvents.ends(events.at(-1)!.type);
const lived = (events: readonly RecruitingEvent[]) =>
  events.filter(({ type }) => !recruitingEvents.ends(type));

describe.each(cases)('%s by %s', (name, _, projection, histories) => {
  itKeepsTheRules(projection, histories);

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

  const naive = naiveOf[name];
  if (naive === undefined) return;

  it('is the row an independent fold finds, after every event of any history', () => {
    fc.assert(
      fc.property(histories, (events) => {
        for (let known = 1; known <= events.length; known++) {
          const past = events.slice(0, known);
          expect(foldOf(projection, past)).toEqual({
            id: 'a1',
            version: past.at(-1)!.aggregateversion,
            tombstone: hasEnded(past) ? 'ended' : undefined,
            data: naive(past as never[]),
          });
        }
      }),
    );
  });

  it('leaves a tombstone without a document at the end of a life', () => {
    fc.assert(
      fc.property(histories, (events) => {
        fc.pre(hasEnded(events));
        const kept: unknown = JSON.parse(JSON.stringify(foldOf(projection, events)));
        expect(kept).toEqual({ id: 'a1', version: events.at(-1)!.aggregateversion, tombstone: 'ended' });
      }),
    );
  });

  it('keeps times in the one notation that a timestamp column gives back', () => {
    const written = fc.constantFrom('T10:00:00Z', 'T10:00:00.1234567Z');
    fc.assert(
      fc.property(histories, written, (events, time) => {
        const timed = lived(events).map((event) => ({ ...event, time: `2026-01-01${time}` }));
        const document = foldOf(projection, timed)!.data!;
        const times = Object.entries(document).filter(([field]) => field.endsWith('At'));
        const expected = time.includes('.') ? '2026-01-01T10:00:00.123Z' : '2026-01-01T10:00:00.000Z';
        expect(times.map(([, value]) => value as unknown)).toEqual([expected, expected]);
      }),
    );
  });
});

it('the histories of both aggregates are events that their contract reads', () => {
  fc.assert(
    fc.property(recruitingLogs, (log) => {
      for (const event of log)
        expect(recruitingEvents.read(recruitingEvents.encode(event))).toEqual({ ok: true, event });
    }),
  );
});
