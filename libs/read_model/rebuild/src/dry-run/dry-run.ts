import type { DocumentToWrite, Run, StoredDocument } from '@reprise/read-model-indices';
import type { FoldEntry } from '@reprise/read-model-projections';
import { reconcileSlices } from '../build/reconcile.ts';
import type { PoisonPlace, SliceTally } from '../fold/slice-tally.ts';
import { nothingWritten } from '../build/write-entries.ts';
import type { Remedy } from '../left-out/remedy.ts';
import type { DocumentState } from '../verify/classify.ts';
import { foldLog } from '../verify/fold-log.ts';
import { judgeFold, type GateCheck } from '../gate/gate.ts';
import { liveAtCapture } from '../gate/live-count.ts';
import { readRowsOf } from '../gate/judge-generation.ts';
import { diffWithLive, type DryFold, type LiveDiff } from './live-diff.ts';

/** What a real run would come to. */
export interface DryRunReport {
  /** Event types in the log that nothing handles, with their number; each such event is poison. */
  readonly unhandledTypes: Readonly<Record<string, number>>;
  /** The generation it would build; `bytes` is canonical JSON, before the store's own overhead. */
  readonly predicted: { readonly documents: number; readonly tombstones: number; readonly bytes: number };
  readonly estimatedDurationMs: number;
  /** What the estimate rests on. */
  readonly estimatedFrom: string;
  /** What readers would see change; null when that was not asked for. */
  readonly diff: LiveDiff | null;
}

/** Documents per second a store is assumed to take while nothing is known of it. */
const assumedDocumentsPerSecond = 10_000;

/**
 * Ends a dry run: judges what can be known before anything is written, estimates what a real run would take, and compares
 * with what readers use if that was asked for. Writes nothing.
 *
 * @param foldMs what it took to read and fold the log
 */
export async function reportDryRun(
  fold: DryFold,
  foldMs: number,
): Promise<{ readonly gate: GateCheck[]; readonly report: DryRunReport }> {
  const { options, servers, source, total, liveBefore } = fold;
  const readers = await servers.store.observeReaders();
  const live =
    readers.kind === 'generation' && !options.untilTime
      ? await liveAtCapture(servers.store, readers.name, liveBefore)
      : undefined;
  const rows = source.kind === 'event-store' ? readRowsOf(source, total) : undefined;
  const gate = judgeFold({ expected: total, counts: total, live, rows }, options.gate);
  const { documents, tombstones, bytes } = total;
  const known = [...total.byType].filter(([type]) => !options.projection.events.types.includes(type));
  const report = {
    unhandledTypes: Object.fromEntries(known),
    predicted: { documents, tombstones, bytes },
    ...(await estimate(fold, foldMs)),
    diff: options.diffLimit === undefined ? null : await diffWithLive(fold, options.diffLimit),
  };
  return { gate, report };
}

/**
 * Joins aggregates whose events lie in several slices, in memory: the log is read once more for the documents they belong to.
 * What still waits afterwards is counted as a version gap.
 *
 * @returns the documents that were joined, and a tally of the changes, as `reconcileSlices` does
 */
export async function joinInMemory(
  { options, source, signal }: Pick<DryFold, 'options' | 'source' | 'signal'>,
  unresolved: readonly FoldEntry[],
  remedy?: Remedy,
  poison: Iterable<PoisonPlace> = [],
): Promise<{ readonly joined: ReadonlyMap<string, DocumentState>; readonly tally: SliceTally }> {
  const { projection, memoryBytes } = options;
  const wanted = new Set([
    ...unresolved.map(({ held }) => held?.[0]?.event.subject),
    ...(remedy?.aggregateIds ?? []),
  ]);
  const folded = new Map<string, DocumentToWrite>();
  const joined = new Map<string, DocumentState>();
  await foldLog({ projection, source, memoryBytes, signal }, (document) => {
    const before = folded.get(document.id);
    if (wanted.has(document.id) && (before?.version ?? 0) < document.version)
      folded.set(document.id, document);
  });
  const stored = ({ id, version, tombstone, canonical, digest }: DocumentToWrite): StoredDocument => ({
    ...{ id, version, tombstone, digest },
    document: canonical === '' ? undefined : (JSON.parse(canonical) as StoredDocument['document']),
  });
  const tally = await reconcileSlices({
    projection,
    unresolved,
    read: (ids) =>
      Promise.resolve(
        new Map(ids.flatMap((id) => (folded.has(id) ? [[id, stored(folded.get(id)!)] as const] : []))),
      ),
    write: (documents) => {
      for (const { id, version, digest } of documents) joined.set(id, { version, digest });
      return Promise.resolve(nothingWritten);
    },
    groupSize: options.batchSize,
    remedy,
    poison,
  });
  return { joined, tally };
}

/** The rate of the last real run of this projection where there is one, else this run's own and an assumed rate of writing. */
async function estimate(
  { options, servers, total: { read, documents } }: DryFold,
  foldMs: number,
): Promise<Pick<DryRunReport, 'estimatedDurationMs' | 'estimatedFrom'>> {
  const capped = options.maxEventsPerSecond ? (read / options.maxEventsPerSecond) * 1_000 : 0;
  const runs = await servers.registry.listRuns({ projection: options.projection.name, limit: 20 });
  const last = runs.map(rateOf).find((rate) => rate !== undefined);
  const estimatedMs = last
    ? (read / last.eventsPerSecond) * 1_000 + last.otherMs
    : foldMs + (documents / assumedDocumentsPerSecond) * 1_000;
  return {
    estimatedDurationMs: Math.round(Math.max(estimatedMs, capped)),
    estimatedFrom: last
      ? `run ${last.runId}: ${last.eventsPerSecond} events/s`
      : `this dry run and ${assumedDocumentsPerSecond} documents written per second, which is assumed`,
  };
}

interface RunRate {
  readonly runId: string;
  readonly eventsPerSecond: number;
  /** What the run spent on anything but its build. */
  readonly otherMs: number;
}

function rateOf({ runId, mode, state, receipt }: Run): RunRate | undefined {
  const timing = receipt?.['timing'] as
    { eventsPerSecond?: number; durationMs?: number; steps?: { build?: number } } | undefined;
  if (mode !== 'APPLY' || state !== 'DONE' || !timing?.eventsPerSecond || !timing.steps?.build)
    return undefined;
  const { eventsPerSecond, durationMs = 0, steps } = timing;
  return { runId, eventsPerSecond, otherMs: Math.max(0, durationMs - (steps.build ?? 0)) };
}
