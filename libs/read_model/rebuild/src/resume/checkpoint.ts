import type { Generation, JsonObject, Positions } from '@reprise/read-model-indices';
import type { SliceMark } from '../build/slice-snapshot.ts';
import type { LiveCount } from '../gate/live-count.ts';
import { saveTally, type SavedTally } from '../fold/slice-tally.ts';
import { savePlaces, type SavedPlaces } from '../left-out/left-out.ts';
import type { WritingRun } from '../run/run-context.ts';

/** What an interrupted build has to know to resume: what it is bound to, its captured extent and its finished slices. */
export interface Checkpoint {
  readonly format: 2;
  readonly source: 'kafka' | 'event-store';
  readonly generation: string;
  readonly fingerprint: string;
  readonly topicId: string;
  /** Captured ends by slice, decimal text. */
  readonly ends: Readonly<Record<string, string>>;
  /** Kafka positions the finished generation will contain. */
  readonly positions: Readonly<Record<string, string>>;
  /** Slices whose documents are all durable in the generation. */
  readonly finished: Readonly<Record<string, SavedTally>>;
  /** Slices that are half read, with the snapshots of what was folded of them. */
  readonly halfRead: Readonly<Record<string, SliceMark>>;
  /** Places of discarded records that the build leaves out; not there when there are none. */
  readonly leftOut?: SavedPlaces;
  /** What readers had when the ends were captured; left out when they were on nothing. */
  readonly liveBefore?: LiveCount;
  /** Moment the generation is as of; left out when it holds everything. */
  readonly untilTs?: string;
}

/** What the run has finished, as it is saved. */
export function checkpointOf({
  generation,
  source,
  leftOut,
  liveBefore,
  options,
  tallies,
  halfRead,
}: WritingRun): Checkpoint {
  return {
    format: 2,
    source: source.kind,
    generation: generation.uuid,
    fingerprint: generation.fingerprint,
    topicId: generation.topicId,
    ends: Object.fromEntries(source.slices.map(({ slice, end }) => [String(slice), String(end)])),
    positions: encodePositions(source.positions),
    finished: Object.fromEntries([...tallies].map(([slice, tally]) => [slice, saveTally(tally)])),
    // Those that are finished by now are not half read.
    halfRead: Object.fromEntries([...halfRead].filter(([slice]) => !tallies.has(slice))),
    ...(leftOut.letters.length > 0 && { leftOut: savePlaces(leftOut) }),
    ...(liveBefore && { liveBefore }),
    ...(options.untilTime && { untilTs: options.untilTime.toISOString() }),
  };
}

export type CheckpointUse =
  | { readonly usable: true; readonly checkpoint: Checkpoint }
  | { readonly usable: false; readonly reason: string };

/**
 * Decides whether a saved checkpoint may be resumed: it must be whole and bound to the same generation, fingerprint (mapping,
 * projection version, topic) and source as the run that wants it.
 */
export function readCheckpoint(
  saved: JsonObject | null,
  wanted: {
    readonly generation: Generation | undefined;
    readonly fingerprint: string;
    readonly topicId: string;
    readonly source: string;
  },
): CheckpointUse {
  if (!isCheckpoint(saved)) return { usable: false, reason: 'the saved checkpoint is not readable' };
  const { generation } = wanted;
  if (!generation || generation.uuid !== saved.generation)
    return { usable: false, reason: 'its generation is gone' };
  if (saved.topicId !== wanted.topicId) return { usable: false, reason: 'the topic was recreated since' };
  if (saved.fingerprint !== wanted.fingerprint || generation.fingerprint !== wanted.fingerprint) {
    return { usable: false, reason: 'mapping or projection changed since (another fingerprint)' };
  }
  if (saved.source !== wanted.source) return { usable: false, reason: `it was read from ${saved.source}` };
  if (saved.source === 'event-store') {
    return { usable: false, reason: 'the snapshot of the event store it was read from is gone' };
  }
  return { usable: true, checkpoint: saved };
}

/**
 * What several checkpoints of one generation know together. Its ends are captured once, so each slice's tally is the same
 * wherever it was taken.
 */
export function mergeCheckpoints(base: Checkpoint, others: readonly Checkpoint[]): Checkpoint {
  const finished = Object.assign(
    {},
    base.finished,
    ...others.map((other) => other.finished),
  ) as Checkpoint['finished'];
  const halfRead = Object.assign(
    {},
    base.halfRead,
    ...others.map((other) => other.halfRead),
  ) as Checkpoint['halfRead'];
  return { ...base, finished, halfRead };
}

export function encodePositions(positions: Positions): Record<string, string> {
  return Object.fromEntries(
    [...positions].map(([partition, position]) => [String(partition), String(position)]),
  );
}

export function decodePositions(encoded: Readonly<Record<string, string>>): Map<number, bigint> {
  return new Map(
    Object.entries(encoded).map(([partition, position]) => [Number(partition), BigInt(position)]),
  );
}

function isCheckpoint(saved: unknown): saved is Checkpoint {
  if (typeof saved !== 'object' || saved === null) return false;
  const checkpoint = saved as Partial<Checkpoint>;
  return (
    checkpoint.format === 2 &&
    typeof checkpoint.generation === 'string' &&
    typeof checkpoint.fingerprint === 'string' &&
    typeof checkpoint.topicId === 'string' &&
    isTextRecord(checkpoint.ends) &&
    isTextRecord(checkpoint.positions) &&
    typeof checkpoint.finished === 'object' &&
    checkpoint.finished !== null &&
    typeof checkpoint.halfRead === 'object' &&
    checkpoint.halfRead !== null
  );
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((text) => /^\d+$/.test(String(text)))
  );
}
