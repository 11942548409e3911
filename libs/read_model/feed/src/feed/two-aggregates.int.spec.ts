import type { RecruitingEvent } from '@reprise/recruiting-events';
import { projections } from '@reprise/recruiting-read-model';
import {
  livesOf,
  naiveCandidate,
  naiveLead,
  projectionsByPosition,
  recruitingLogs,
} from '@reprise/recruiting-read-model/testing';
import type { Projection } from '@reprise/read-model-projections';
import fc from 'fast-check';
import { testReaders, type TestReaders } from '../testing/test-readers.ts';

type Row = Record<string, unknown>;

/** The row of a view that readers should see: the document's fields in snake case, beside the id and version. */
function rowOf(idColumn: string, id: string, version: number, document: object): Row {
  const fields = Object.entries(document).map(([field, value]): [string, unknown] => [
    field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ]);
  return { [idColumn]: id, version, ...Object.fromEntries(fields) };
}

/** Rows in the order of their ids, with times in the events' notation. */
function inOrder(idColumn: string, rows: readonly unknown[]): Row[] {
  const readable = (rows as readonly Row[]).map((row) => {
    const columns = Object.entries(row).map(([column, value]): [string, unknown] => [
      column,
      column.endsWith('_at') ? new Date(value as string).toISOString() : value,
    ]);
    return Object.fromEntries(columns);
  });
  return readable.sort((a, b) => (String(a[idColumn]) < String(b[idColumn]) ? -1 : 1));
}

function expectedRows<Event extends RecruitingEvent>(
  idColumn: string,
  lives: ReadonlyMap<string, Event[]>,
  naive: (events: readonly Event[]) => object | undefined,
): Row[] {
  const rows = [...lives].flatMap(([id, events]) => {
    const document = naive(events);
    return document === undefined ? [] : [rowOf(idColumn, id, events.at(-1)!.aggregateversion, document)];
  });
  return inOrder(idColumn, rows);
}

/** Each event once, with the version that its place in one partition gives it. */
const placed = (log: readonly RecruitingEvent[]): RecruitingEvent[] =>
  [...new Map(log.map((event) => [event.id, event])).values()].map((event, at) => ({
    ...event,
    aggregateversion: at + 1,
  }));

describe.each([
  ['a count', projections, recruitingLogs],
  ['position', projectionsByPosition, recruitingLogs.map(placed)],
] as const)(
  'what readers see of one log that holds two kinds of aggregates, ordered by %s',
  (_, ofMode, logs) => {
    const [candidateSummary, leadSummary] = ofMode as [Projection, Projection];
    let readers: TestReaders;

    beforeAll(async () => {
      readers = await testReaders();
    });

    it('is one row for each candidate that is not erased and each lead that is not withdrawn', async () => {
      const batches = fc.integer({ min: 1, max: 30 });
      const property = fc.asyncProperty(logs, batches, async (log, batchSize) => {
        const { candidates, leads } = livesOf(log);
        const ofCandidates = await readers.afterFeeding(candidateSummary, log, batchSize);
        const listedCandidates = expectedRows('candidate_id', candidates, naiveCandidate);
        expect(inOrder('candidate_id', ofCandidates.rows)).toEqual(listedCandidates);
        expect(ofCandidates.counts).toEqual({
          documents: candidates.size,
          tombstones: candidates.size - listedCandidates.length,
        });
        const ofLeads = await readers.afterFeeding(leadSummary, log, batchSize);
        const listedLeads = expectedRows('lead_id', leads, naiveLead);
        expect(inOrder('lead_id', ofLeads.rows)).toEqual(listedLeads);
        expect(ofLeads.counts).toEqual({
          documents: leads.size,
          tombstones: leads.size - listedLeads.length,
        });
      });
      await fc.assert(property, { numRuns: 8 });
    });
  },
);
