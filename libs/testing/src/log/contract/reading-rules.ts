import { ok } from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { DomainEvent, LogBatch, LogSource } from '@reprise/events';
import { equal, rejectedWith } from '../../suite/assertions.ts';
import { parcel, recordsOf } from './contract-events.ts';
import {
  batchesOf,
  byAggregate,
  eventsIn,
  eventsOf,
  withSource,
  type LogUnderContract,
  type Rule,
  type SourceUnderContract,
} from './source-test.ts';

/** Rules about what a source hands out. */
export function readingRules(rule: Rule): void {
  const ruleOfFull = (
    title: string,
    holds: (
      source: LogSource,
      written: readonly DomainEvent[],
      subject: SourceUnderContract,
    ) => Promise<void>,
  ) =>
    rule(title, async (subject) => {
      const { log, written } = await fullLog(subject);
      await withSource(log, (source) => holds(source, written, subject));
    });

  ruleOfFull(
    'every record is handed out once, those of an aggregate in their order',
    async (source, written) => {
      equal(byAggregate(await eventsOf(source)), byAggregate(written));
    },
  );

  ruleOfFull('records are handed out again as often as they are read', async (source) => {
    const once = await eventsOf(source);
    equal(await eventsOf(source), once);
  });

  ruleOfFull('each record’s aggregate is named without decoding it', async (source) => {
    for (const slice of source.slices)
      for (const batch of await batchesOf(source, slice)) {
        const subjects = eventsIn(batch).map(({ subject }) => subject);
        equal(batch.keys.map(String), subjects);
      }
  });

  ruleOfFull(
    'positions rise within a slice, and each batch leads on to where the next one begins',
    async (source) => {
      for (const slice of source.slices) {
        const batches = await batchesOf(source, slice);
        ok(batches.length > 1, 'the source hands out a few records at a time');
        let reached = slice.start;
        for (const batch of batches) {
          for (const index of batch.values.keys()) {
            ok(batch.positionOf(index) >= reached);
            reached = batch.positionOf(index) + 1n;
          }
          ok(batch.next.position >= reached);
          reached = batch.next.position;
        }
        equal(reached, slice.end);
      }
    },
  );

  ruleOfFull(
    'reading resumes at any place it led on to, where the source can',
    async (source, _, subject) => {
      for (const slice of subject.resumable ? source.slices : []) {
        const batches = await batchesOf(source, slice);
        const whole = valuesOf(batches);
        let before = 0;
        for (const { values, next } of batches) {
          before += values.length;
          equal(valuesOf(await batchesOf(source, slice, next)), whole.slice(before));
        }
      }
    },
  );

  ruleOfFull('reading stops with the reason it is aborted for, after the batch at hand', async (source) => {
    const slice = source.slices.toSorted((a, b) => Number(b.end - a.end))[0]!;
    const stop = new AbortController();
    const reason = new Error('enough');
    let batches = 0;
    const reading = async () => {
      for await (const batch of source.read(slice, { position: slice.start }, stop.signal)) {
        ok(batch.values.length > 0);
        batches++;
        stop.abort(reason);
      }
    };
    await rejectedWith(reading(), reason);
    equal(batches, 1);
  });

  rule('everything is freed when the source is closed, also in the middle of a slice', async (subject) => {
    const { log } = await fullLog(subject);
    const before = subject.openResources?.() ?? 0;
    const source = await log.open();
    const { signal } = new AbortController();
    for (const slice of source.slices.filter(({ start, end }) => end > start)) {
      const reader = source.read(slice, { position: slice.start }, signal)[Symbol.asyncIterator]();
      equal((await reader.next()).done, false);
    }
    if (subject.openResources) ok(subject.openResources() > before, 'reading opened nothing');
    await source.close();
    await eventually(() => (subject.openResources?.() ?? 0) <= before);
  });

  rule('reading does not outlast the source: it ends, or fails, once that is closed', async (subject) => {
    const { log } = await fullLog(subject);
    const source = await log.open();
    let reading = source.slices.length;
    const over = (): void => void (reading -= 1);
    for (const slice of source.slices) batchesOf(source, slice).then(over, over);
    await source.close();
    await eventually(() => reading === 0);
  });
}

/** A log of 24 lives, interleaved. */
async function fullLog(
  subject: SourceUnderContract,
): Promise<{ readonly log: LogUnderContract; readonly written: readonly DomainEvent[] }> {
  const log = await subject.newLog();
  const lives = Array.from({ length: 24 }, (_, number) => parcel(number));
  const written = [0, 1, 2, 3].flatMap((at) => lives.map((life) => life[at]!));
  for (let at = 0; at < written.length; at += 6) await log.append(recordsOf(written.slice(at, at + 6)));
  return { log, written };
}

const valuesOf = (batches: readonly LogBatch[]) => batches.flatMap(({ values }) => values.map(String));

/** Waits until something is so, which connections that are being closed need a moment for. */
async function eventually(isSo: () => boolean): Promise<void> {
  // Sooner than a pool ends a connection that was merely given back to it.
  for (let attempt = 0; attempt < 160 && !isSo(); attempt++) await delay(50);
  ok(isSo(), 'something is still open after the source was closed');
}
