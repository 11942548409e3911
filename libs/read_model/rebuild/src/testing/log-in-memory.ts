import type { LogBatch, LogSource } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import { LogInMemory } from '@reprise/testing';

/** A log of one slice with the given values, so many at a time; offsets are indices. */
export function logInMemory(values: readonly (string | null)[], pageSize: number): LogSource {
  const log = new LogInMemory(productEvents, { batchSize: pageSize });
  log.append(values.map((value) => ({ key: null, value })));
  return log.open();
}

/** Everything a source hands out of its only slice. */
export async function batchesOf(source: LogSource): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  const slice = source.slices[0]!;
  for await (const batch of source.read(slice, { position: slice.start }, new AbortController().signal))
    batches.push(batch);
  return batches;
}
