import { setTimeout as delay } from 'node:timers/promises';
import { type LogBatch, type LogSource, someOf } from '@reprise/events';

/** Monotonic milliseconds and a wait that ends early, with the signal's reason, when it is aborted. */
export interface PaceClock {
  readonly now: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const systemClock: PaceClock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    delay(ms, undefined, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    }),
};

/** Parts of a second that batches are cut to, so that a slow pace is an even one. */
const batchesPerSecond = 4;

/**
 * A source that limits the events per second over all its slices, to protect shared servers. It is a token bucket of a quarter
 * of a second: what was not used while nothing was read cannot be made up for in a burst.
 *
 * @param eventsPerSecond at least 1
 */
export function pacedSource(
  source: LogSource,
  eventsPerSecond: number,
  clock: PaceClock = systemClock,
): LogSource {
  const largest = Math.max(1, Math.floor(eventsPerSecond / batchesPerSecond));
  let dueAt = clock.now();
  const take = async (events: number, signal: AbortSignal) => {
    const begin = Math.max(dueAt, clock.now());
    dueAt = begin + (events / eventsPerSecond) * 1_000;
    const ms = begin - clock.now();
    if (ms > 0) await clock.wait(ms, signal);
  };
  return {
    kind: source.kind,
    topic: source.topic,
    slices: source.slices,
    positions: source.positions,
    grouped: source.grouped,
    async *read(slice, from, signal) {
      for await (const batch of source.read(slice, from, signal)) {
        for (const part of partsOf(batch, largest)) {
          await take(part.values.length, signal);
          yield part;
        }
      }
    },
    close: () => source.close(),
  };
}

/** A batch in parts of at most `largest` values; all but the last resume at the first value after them. */
function* partsOf(batch: LogBatch, largest: number): Generator<LogBatch> {
  const { length } = batch.values;
  if (length <= largest) {
    yield batch;
    return;
  }
  for (let begin = 0; begin < length; begin += largest) {
    const indices = Array.from({ length: Math.min(largest, length - begin) }, (_, at) => begin + at);
    const end = begin + largest;
    yield someOf(batch, indices, end < length ? { position: batch.positionOf(end) } : batch.next);
  }
}
