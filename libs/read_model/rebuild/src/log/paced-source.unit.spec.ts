import type { LogSource } from '@reprise/events';
import fc from 'fast-check';
import { batchesOf, logInMemory } from '../testing/log-in-memory.ts';
import { pacedSource } from './paced-source.ts';

/** A clock that stands still but for what is waited, and remembers it. */
function standingClock() {
  let at = 0;
  return {
    now: () => at,
    wait: (ms: number) => {
      at += ms;
      return Promise.resolve();
    },
    pass: (ms: number) => void (at += ms),
  };
}

const values = (count: number) => Array.from({ length: count }, (_, index) => String(index));

describe('a paced source', () => {
  it('hands out every value once, in order, at its own position, whatever the pace and the batches', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(200),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        async (count, page, pace) => {
          const batches = await batchesOf(
            pacedSource(logInMemory(values(count), page), pace, standingClock()),
          );
          const read = batches.flatMap(({ values: own, positionOf }) =>
            own.map((value, index) => [value, positionOf(index)] as const),
          );
          expect(read).toEqual(values(count).map((value, index) => [value, BigInt(index)]));
          let next = 0n;
          for (const batch of batches) {
            next += BigInt(batch.values.length);
            expect(batch.next.position).toBe(next);
          }
        },
      ),
    );
  });

  it('takes a second for as many events as it may hand out in one, less the first part', async () => {
    const clock = standingClock();
    await batchesOf(pacedSource(logInMemory(values(1_000), 1_000), 100, clock));
    expect(clock.now()).toBe(10_000 - 250);
  });

  it('says of every part of a batch that its records are more than key and value, where they are', async () => {
    const source = logInMemory(values(100), 50);
    const apart: LogSource = {
      ...source,
      async *read(...given) {
        for await (const batch of source.read(...given)) yield { ...batch, apart: true };
      },
    };
    const flags = async (from: LogSource) =>
      (await batchesOf(pacedSource(from, 40, standingClock()))).map((batch) => batch.apart);
    expect(await flags(apart)).toEqual(Array.from({ length: 10 }, () => true));
    expect(await flags(source)).toEqual(Array.from({ length: 10 }, () => undefined));
  });

  it('does not make up for a pause with a burst', async () => {
    const clock = standingClock();
    const source = pacedSource(logInMemory(values(200), 200), 100, clock);
    const seen: number[] = [];
    for await (const batch of source.read(
      source.slices[0]!,
      { position: 0n },
      new AbortController().signal,
    )) {
      if (seen.length === 3) clock.pass(60_000);
      seen.push(clock.now());
      expect(batch.values).toHaveLength(25);
    }
    expect(seen.at(-1)! - seen[3]!).toBe(750);
  });

  it('stops waiting when it is aborted', async () => {
    const stop = new AbortController();
    const source = pacedSource(logInMemory(values(10), 10), 1);
    const reading = (async () => {
      for await (const batch of source.read(source.slices[0]!, { position: 0n }, stop.signal))
        if (batch.next.position === 1n) setImmediate(() => stop.abort(new Error('enough')));
    })();
    await expect(reading).rejects.toThrow('enough');
  });
});
