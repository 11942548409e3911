import { jest } from '@jest/globals';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { productHistory, step } from '@reprise/product-events/testing';
import { eventually, kafkaAdmin } from '@reprise/test-kit';
import type { LogBatch, LogCursor, LogSlice, LogSource } from './log-source.ts';

/** A log of the test's own, empty when it is made. */
export interface LogUnderContract {
  /** Writes events for good, those of one aggregate in the given order. */
  append(events: readonly ProductEvent[]): Promise<void>;
  /** Writes the same way, but takes it back: no reader may ever see these. */
  appendUndone(events: readonly ProductEvent[]): Promise<void>;
  /** Opens a source that hands out a few records at a time. */
  open(): Promise<LogSource>;
}

export interface SourceUnderContract {
  newLog(): Promise<LogUnderContract>;
  /** Whether reading can begin at any cursor the source gave, or a slice is read as a whole only. */
  readonly resumable: boolean;
}

const never = new AbortController().signal;
const oneLife = { events: [step.created(), step.published(), step.priceChanged(3), step.stockAdjusted(2)] };
/** With fixed ids, so that every run spreads them over the slices in the same way. */
const lives = (count: number): ProductEvent[][] =>
  Array.from({ length: count }, (_, index) =>
    productHistory({ ...oneLife, id: `0193a000-0000-7000-8000-${String(index).padStart(12, '0')}` }),
  );

/** Events of several lives, the lives interleaved. */
function interleaved(histories: readonly ProductEvent[][]): ProductEvent[] {
  return oneLife.events.flatMap((_, at) => histories.map((history) => history[at]!));
}

async function batchesOf(source: LogSource, slice: LogSlice, from?: LogCursor): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of source.read(slice, from ?? { position: slice.start }, never)) batches.push(batch);
  return batches;
}

const valuesOf = (batches: readonly LogBatch[]) =>
  batches.flatMap(({ values }) => values.map((value) => String(value)));

/** Every record of the source, decoded, slice by slice. */
async function eventsOf(source: LogSource): Promise<ProductEvent[]> {
  const bySlice = await Promise.all(source.slices.map((slice) => batchesOf(source, slice)));
  return bySlice.flat().flatMap(({ values }) =>
    values.map((value) => {
      const decoded = productEvents.read(value);
      if (!decoded.ok) throw new Error(decoded.message);
      return decoded.event;
    }),
  );
}

/** Ids of the events by aggregate, in the order they came. */
function byAggregate(events: readonly ProductEvent[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { subject, id } of events) ids.set(subject, [...(ids.get(subject) ?? []), id]);
  return ids;
}

const openSockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;

/** The contract of `LogSource`, for every source: `describe('...', () => logSourceContract(factory))`. */
export function logSourceContract(factory: () => Promise<SourceUnderContract>): void {
  jest.setTimeout(60_000);
  let subject: SourceUnderContract;
  let log: LogUnderContract;
  let written: ProductEvent[];

  beforeAll(async () => {
    // Connected before sockets are counted.
    await kafkaAdmin();
    subject = await factory();
    log = await subject.newLog();
    written = interleaved(lives(24));
    for (let at = 0; at < written.length; at += 6) await log.append(written.slice(at, at + 6));
  });

  it('frees everything it holds when it is closed, also in the middle of a slice', async () => {
    const before = openSockets();
    const source = await log.open();
    const readers = source.slices
      .filter(({ start, end }) => end > start)
      .map((slice) => source.read(slice, { position: slice.start }, never)[Symbol.asyncIterator]());
    for (const reader of readers) expect((await reader.next()).done).toBe(false);
    expect(openSockets()).toBeGreaterThan(before);
    await source.close();
    // Sooner than a pool ends a connection that was merely given back to it.
    await eventually(() => expect(openSockets()).toBeLessThanOrEqual(before), { timeoutMs: 4_000 });
  });

  describe('once opened', () => {
    let source: LogSource;

    beforeEach(async () => {
      source = await log.open();
    });
    afterEach(() => source.close());

    it('hands out every record once, those of an aggregate in their order', async () => {
      expect(byAggregate(await eventsOf(source))).toEqual(byAggregate(written));
    });

    it('hands it out again as often as it is read', async () => {
      const once = await eventsOf(source);
      expect(await eventsOf(source)).toEqual(once);
    });

    it('names each record’s aggregate without decoding it', async () => {
      for (const slice of source.slices) {
        for (const { keys, values } of await batchesOf(source, slice)) {
          const subjects = values.map((value) => (JSON.parse(String(value)) as ProductEvent).subject);
          expect(keys.map(String)).toEqual(subjects);
        }
      }
    });

    it('gives rising positions within the slice, and behind each batch the place to resume at', async () => {
      for (const slice of source.slices) {
        const batches = await batchesOf(source, slice);
        expect(batches.length).toBeGreaterThan(1);
        let reached = slice.start;
        for (const { values, positionOf, next } of batches) {
          for (const index of values.keys()) {
            expect(positionOf(index)).toBeGreaterThanOrEqual(reached);
            reached = positionOf(index) + 1n;
          }
          expect(next.position).toBeGreaterThanOrEqual(reached);
          reached = next.position;
        }
        expect(reached).toBe(slice.end);
      }
    });

    it('resumes from any place it returned, where it says that it can', async () => {
      for (const slice of subject.resumable ? source.slices : []) {
        const batches = await batchesOf(source, slice);
        const whole = valuesOf(batches);
        let before = 0;
        for (const { values, next } of batches) {
          before += values.length;
          expect(valuesOf(await batchesOf(source, slice, next))).toEqual(whole.slice(before));
        }
      }
      expect(source.slices.length).toBeGreaterThan(0);
    });

    it('captures its extent once: what is appended later is not in it, and the next one has it', async () => {
      const own = await subject.newLog();
      const events = productHistory({ events: [...oneLife.events, ...oneLife.events.slice(1)] });
      await own.append(events.slice(0, 4));
      const opened = await own.open();
      const extent = structuredClone({ slices: opened.slices, positions: opened.positions });
      for (const event of events.slice(4)) await own.append([event]);
      expect(await eventsOf(opened)).toEqual(events.slice(0, 4));
      expect({ slices: opened.slices, positions: opened.positions }).toEqual(extent);
      await opened.close();
      const next = await own.open();
      expect(await eventsOf(next)).toEqual(events);
      await next.close();
    });

    it('terminates on aborted records, also where they come last, and never shows them', async () => {
      const own = await subject.newLog();
      const [first, second] = [productHistory(oneLife), productHistory(oneLife)];
      await own.appendUndone(productHistory(oneLife));
      await own.append(first);
      await own.appendUndone(productHistory(oneLife));
      await own.append(second);
      await own.appendUndone(productHistory(oneLife));
      const opened = await own.open();
      expect(byAggregate(await eventsOf(opened))).toEqual(byAggregate([...first, ...second]));
      for (const slice of opened.slices) {
        const last = (await batchesOf(opened, slice)).at(-1);
        if (slice.end > slice.start) expect(last?.next.position).toBe(slice.end);
      }
      await opened.close();
    });

    it('ends at once on an empty log', async () => {
      const opened = await (await subject.newLog()).open();
      expect(opened.slices.map(({ start, end }) => end - start)).toEqual(opened.slices.map(() => 0n));
      expect(await eventsOf(opened)).toEqual([]);
      await opened.close();
    });

    it('stops with the reason it is aborted for, after the batch at hand', async () => {
      const slice = source.slices.toSorted((a, b) => Number(b.end - a.end))[0]!;
      const stop = new AbortController();
      let batches = 0;
      const reading = (async () => {
        for await (const batch of source.read(slice, { position: slice.start }, stop.signal)) {
          expect(batch.values.length).toBeGreaterThan(0);
          batches++;
          stop.abort(new Error('enough'));
        }
      })();
      await expect(reading).rejects.toThrow('enough');
      expect(batches).toBe(1);
    });

    it('joins no consumer group and commits nothing, also while it reads', async () => {
      const admin = await kafkaAdmin();
      const slice = source.slices.toSorted((a, b) => Number(b.end - a.end))[0]!;
      for await (const batch of source.read(slice, { position: slice.start }, never)) {
        expect(batch.slice).toBe(slice.slice);
        const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId);
        expect(groups).not.toContain('reprise-never-joined');
        break;
      }
      const { groups } = await admin.listGroups();
      for (const { groupId } of groups) {
        const committed = await admin.fetchOffsets({ groupId });
        expect(committed.map(({ topic }) => topic)).not.toContain(source.topic.name);
      }
    });
  });
}
