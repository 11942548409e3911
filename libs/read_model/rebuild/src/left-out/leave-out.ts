import { type LogBatch, someOf } from '@reprise/events';
import { isLeftOut } from '@reprise/read-model-feed';
import type { DescribedSource } from '../log/described-source.ts';
import type { LeftOut } from './left-out.ts';

/**
 * A source without the records whose dead letters were discarded: by their places in Kafka, by aggregate, version and event in
 * the event store, which has no places. Wrap it around what else shapes the source. Where nothing was discarded it is the source
 * itself, so that no event costs anything; else a batch without such a record costs one look at its ends.
 */
export function leaveOut(source: DescribedSource, leftOut: LeftOut): DescribedSource {
  if (leftOut.letters.length === 0) return source;
  const kept = source.kind === 'kafka' ? keptByPlace : keptByEvent;
  /** By slice, so that one that is read again is not counted twice. */
  const filteredOut = new Map<number, number>();
  return {
    ...(source.description && { description: { ...source.description, leftOut: leftOut.letters } }),
    kind: source.kind,
    topic: source.topic,
    slices: source.slices,
    positions: source.positions,
    grouped: source.grouped,
    get filteredOut() {
      return [...filteredOut.values()].reduce((sum, count) => sum + count, source.filteredOut ?? 0);
    },
    async *read(slice, from, signal) {
      filteredOut.set(slice.slice, 0);
      for await (const batch of source.read(slice, from, signal)) {
        const rest = kept(batch, leftOut);
        const less = batch.values.length - rest.values.length;
        if (less > 0) filteredOut.set(slice.slice, filteredOut.get(slice.slice)! + less);
        yield rest;
      }
    },
    close: () => source.close(),
  };
}

function keptByPlace(batch: LogBatch, leftOut: LeftOut): LogBatch {
  const { values } = batch;
  if (values.length === 0) return batch;
  const out = leftOut.within(batch.slice, batch.positionOf(0), batch.positionOf(values.length - 1));
  return out ? only(batch, (index) => !out.has(batch.positionOf(index))) : batch;
}

function keptByEvent(batch: LogBatch, leftOut: LeftOut): LogBatch {
  return only(batch, (index) => {
    const key = batch.keys[index] ?? null;
    const letters = key === null ? [] : leftOut.of(key.toString());
    if (letters.length === 0) return true;
    const decoded = batch.read(index);
    const version = decoded.ok ? decoded.event.aggregateversion : decoded.aggregateVersion;
    const out = letters.filter((letter) => isLeftOut([letter], version, decoded));
    for (const letter of out) leftOut.met.add(letter);
    return out.length === 0;
  });
}

function only(batch: LogBatch, isKept: (index: number) => boolean): LogBatch {
  const kept = [...batch.values.keys()].filter(isKept);
  return kept.length === batch.values.length ? batch : someOf(batch, kept);
}
