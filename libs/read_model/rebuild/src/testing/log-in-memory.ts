import { productEvents } from '@reprise/product-events';
import type { LogBatch, LogSource } from '../log/log-source.ts';

/** A log of one slice with the given values, so many at a time; offsets are indices. */
export function logInMemory(values: readonly (string | null)[], pageSize: number): LogSource {
  return {
    kind: 'kafka',
    topic: { name: 'in memory', id: 'none' },
    slices: [{ slice: 0, start: 0n, end: BigInt(values.length) }],
    positions: new Map(),
    grouped: false,
    async *read(slice) {
      for (let at = 0; at < values.length; at += pageSize) {
        const page = values.slice(at, at + pageSize);
        await Promise.resolve();
        yield {
          slice: slice.slice,
          values: page,
          keys: page.map(() => null),
          positionOf: (index) => BigInt(at + index),
          read: (index) => productEvents.read(page[index]!),
          next: { position: BigInt(at + page.length) },
        };
      }
    },
    close: () => Promise.resolve(),
  };
}

/** Everything a source hands out of its only slice. */
export async function batchesOf(source: LogSource): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  const slice = source.slices[0]!;
  for await (const batch of source.read(slice, { position: slice.start }, new AbortController().signal))
    batches.push(batch);
  return batches;
}
