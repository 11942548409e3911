import type { LogSource } from '@reprise/events';
import { equal, refused } from '../../suite/assertions.ts';
import { parcel, recordsOf } from './contract-events.ts';
import {
  batchesOf,
  byAggregate,
  eventsIn,
  eventsOf,
  withSource,
  type LogUnderContract,
  type Rule,
} from './source-test.ts';

/** Rules about where a source ends, and what it makes of what is missing. */
export function endRules(rule: Rule): void {
  rule('the extent is captured once: what is appended later is in the next source only', async (subject) => {
    const log = await subject.newLog();
    const life = parcel(1);
    await log.append(recordsOf(life.slice(0, 2)));
    await withSource(log, async (source) => {
      const extent = structuredClone({ slices: source.slices, positions: source.positions });
      for (const event of life.slice(2)) await log.append(recordsOf([event]));
      equal(byAggregate(await eventsOf(source)), byAggregate(life.slice(0, 2)));
      equal({ slices: source.slices, positions: source.positions }, extent);
    });
    equal(await aggregatesIn(log), byAggregate(life));
  });

  rule('an empty log ends at once', async (subject) => {
    await withSource(await subject.newLog(), async (source) => {
      for (const { start, end } of source.slices) equal(end, start);
      equal(await eventsOf(source), []);
    });
  });

  rule('aborted records are never shown, and a slice ends also where they come last', async (subject) => {
    const log = await subject.newLog();
    const undone = async (number: number) => (await log.begin(recordsOf(parcel(number)))).end('abort');
    await undone(3);
    await log.append(recordsOf(parcel(1)));
    await undone(4);
    await log.append(recordsOf(parcel(2)));
    await undone(5);
    await withSource(log, async (source) => {
      equal(byAggregate(await eventsOf(source)), byAggregate([...parcel(1), ...parcel(2)]));
      for (const slice of source.slices) {
        const last = (await batchesOf(source, slice)).at(-1);
        if (slice.end > slice.start) equal(last?.next.position, slice.end);
      }
    });
  });

  rule(
    'records of an open transaction are not waited for and not shown until it is committed',
    async (subject) => {
      const log = await subject.newLog();
      await log.append(recordsOf(parcel(1)));
      const transaction = await log.begin(recordsOf(parcel(2)));
      equal(await aggregatesIn(log), byAggregate(parcel(1)));
      await transaction.end('commit');
      equal(await aggregatesIn(log), byAggregate([...parcel(1), ...parcel(2)]));
    },
  );

  rule('what a compaction left is handed out at its old positions, and the slice ends', async (subject) => {
    const log = await subject.newLog();
    if (!log.compact) return;
    await log.append(recordsOf([...parcel(1), ...parcel(2)]));
    const before = await withSource(log, positionsById);
    await log.compact();
    const after = await withSource(log, positionsById);
    const left = [parcel(1), parcel(2)].map((life) => life.at(-1)!.id);
    equal(
      after,
      before.filter(([id]) => left.includes(id)),
    );
  });

  rule('history that is lost while it is read is an error, never a shorter log', async (subject) => {
    const log = await subject.newLog();
    if (!log.truncate) return;
    await log.append(recordsOf(Array.from({ length: 12 }, (_, number) => parcel(number)).flat()));
    await withSource(log, async (source) => {
      await log.truncate!();
      await refused(eventsOf(source), 'HISTORY_INCOMPLETE');
    });
  });
}

const aggregatesIn = (log: LogUnderContract) =>
  withSource(log, async (source) => byAggregate(await eventsOf(source)));

/** Ids of the events with their slice and position, in order. */
async function positionsById(
  source: LogSource,
): Promise<(readonly [id: string, slice: number, position: bigint])[]> {
  const bySlice = await Promise.all(source.slices.map((slice) => batchesOf(source, slice)));
  return bySlice
    .flat()
    .flatMap((batch) =>
      eventsIn(batch).map(({ id }, index) => [id, batch.slice, batch.positionOf(index)] as const),
    );
}
