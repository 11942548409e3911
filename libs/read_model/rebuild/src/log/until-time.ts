import { type LogBatch, type LogSource, someOf } from '@reprise/events';

/**
 * A source without the events that happened after a moment, by their own `time`. Records that are not valid events are kept
 * unless they carry a later time: they are poison, and the build must see them.
 *
 * Limit: it relies on an aggregate's event times not going back. Where they did, a later version may stay while the one
 * before it is left out, which shows as a version gap.
 */
export function untilTime(source: LogSource, moment: Date): LogSource {
  const last = moment.getTime();
  /** By slice, so that one that is read again is not counted twice. */
  const filteredOut = new Map<number, number>();
  return {
    kind: source.kind,
    topic: source.topic,
    slices: source.slices,
    positions: source.positions,
    grouped: source.grouped,
    get filteredOut() {
      return [...filteredOut.values()].reduce((sum, count) => sum + count, 0);
    },
    async *read(slice, from, signal) {
      filteredOut.set(slice.slice, 0);
      for await (const batch of source.read(slice, from, signal)) {
        const kept = keptUntil(batch, last);
        const more = batch.values.length - kept.values.length;
        filteredOut.set(slice.slice, filteredOut.get(slice.slice)! + more);
        yield kept;
      }
    },
    close: () => source.close(),
  };
}

function keptUntil(batch: LogBatch, last: number): LogBatch {
  const kept: number[] = [];
  for (const index of batch.values.keys()) if (!isAfter(batch, index, last)) kept.push(index);
  return kept.length === batch.values.length ? batch : someOf(batch, kept);
}

function isAfter(batch: LogBatch, index: number, last: number): boolean {
  const decoded = batch.read(index);
  // A time that cannot be read compares as not after.
  if (decoded.ok) return Date.parse(decoded.event.time) > last;
  try {
    const { time } = JSON.parse(String(batch.values[index])) as { time?: unknown };
    return typeof time === 'string' && Date.parse(time) > last;
  } catch {
    return false;
  }
}
