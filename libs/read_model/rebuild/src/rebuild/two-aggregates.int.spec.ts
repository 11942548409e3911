import type { GenerationName } from '@reprise/read-model-indices';
import { recruitingEvents, type RecruitingEvent } from '@reprise/recruiting-events';
import { candidateSummary } from '@reprise/recruiting-read-model';
import { livesOf, naiveCandidate, recruitingLogs } from '@reprise/recruiting-read-model/testing';
import { produceRaw } from '@reprise/test-kit';
import fc from 'fast-check';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { storedDocuments } from '../testing/stored-documents.ts';

let model: TestReadModel;
let log: RecruitingEvent[];

/** Several logs in one, each with its own ids; the seed is fixed, so that some candidates stay and some are erased. */
function someLog(): RecruitingEvent[] {
  return fc.sample(recruitingLogs, { seed: 12, numRuns: 8 }).flatMap((sample, number) =>
    sample.map((event) => ({
      ...event,
      id: `${number}-${event.id}`,
      subject: `${number}-${event.subject}`,
    })),
  );
}

beforeAll(async () => {
  model = await testReadModel({ partitions: 3, projection: candidateSummary });
  log = someLog();
  const records = log.map((event) => ({ key: event.subject, value: recruitingEvents.encode(event) }));
  await produceRaw(model.topic, records);
});

describe('a rebuild from a log that holds two kinds of aggregates', () => {
  it.each([
    ['in memory', {}],
    ['on disk, where memory is too small', { memoryBytes: 1 }],
  ])('counts all events and applies those of candidates, folded %s', async (_, options) => {
    const { receipt } = await model.rebuild(options);
    const { candidates, leads } = livesOf(log);
    expect(leads.size).toBeGreaterThan(0);
    const own = [...candidates.values()];
    const applied = own.reduce((sum, life) => sum + life.length, 0);
    const delivered = log.filter(({ aggregatetype }) => aggregatetype === 'candidate').length;
    const kept = own.filter((life) => naiveCandidate(life) !== undefined).length;
    expect(receipt).toMatchObject({
      message: null,
      outcome: 'promoted',
      events: {
        read: log.length,
        applied,
        duplicate: delivered - applied,
        deadLettered: 0,
        heldBack: 0,
        byType: Object.fromEntries(
          [...Map.groupBy(log, ({ type }) => type)].map(([type, { length }]) => [type, length]),
        ),
      },
      documents: { written: own.length, live: kept, tombstones: own.length - kept },
    });
    expect(receipt.gate.filter(({ passed }) => !passed)).toEqual([]);
    const stored = await storedDocuments(model.store, receipt.generation!.name as GenerationName);
    expect(Object.fromEntries(stored)).toEqual(
      Object.fromEntries([...candidates].map(([id, life]) => [id, naiveCandidate(life)])),
    );
  });

  it('leaves nothing of an erased candidate but the version', async () => {
    const { receipt } = await model.rebuild({ promote: false });
    const [erased, life] = [...livesOf(log).candidates].find(
      ([, events]) => naiveCandidate(events) === undefined,
    )!;
    const name = receipt.generation!.name as GenerationName;
    expect((await model.store.read(name, [erased])).get(erased)).toMatchObject({
      version: life.length,
      tombstone: 'ended',
      document: undefined,
    });
  });
});
