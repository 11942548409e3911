import { z } from 'zod';
import { actionResult } from './actions.ts';
import { count, known, moment, position } from './known.ts';

/** A run as lists and cards show it. */
export const runView = z.object({
  runId: z.uuid(),
  projection: z.string(),
  mode: z.string(),
  source: z.string(),
  /** `0/4` of a run that builds a part. */
  shard: z.string().nullable(),
  /** LOST: it counts as running, and its process is gone. */
  state: z.enum(['RUNNING', 'DONE', 'FAILED', 'INTERRUPTED', 'LOST']),
  outcome: z.string().nullable(),
  exitCode: z.int().nullable(),
  generation: z.string().nullable(),
  startedAt: moment,
  endedAt: moment.nullable(),
  startedBy: z.object({ user: z.string(), host: z.string(), pid: z.int() }),
  cancelRequestedAt: moment.nullable(),
});
export type RunView = z.infer<typeof runView>;

/** How far a run is, as it last saved it. */
export const runProgress = z.object({
  step: z.string(),
  percent: z.number().min(0).max(100),
  eventsRead: count,
  eventsInLog: count,
  eventsPerSecond: z.number(),
  /** Null while nothing moves. */
  secondsLeft: z.number().nullable(),
  documentsWritten: count,
  spilledBytes: count,
  rssBytes: count,
  /** When it last said so. */
  savedAt: moment.nullable(),
  /** Why nothing moves, as a sentence; null while something does. */
  stalled: z.object({ seconds: z.number(), sentence: z.string() }).nullable(),
});
export type RunProgress = z.infer<typeof runProgress>;

export const partitionView = z.object({
  partition: z.int(),
  position,
  end: position,
  done: z.boolean(),
  eventsPerSecond: z.number(),
});
export type PartitionView = z.infer<typeof partitionView>;

export const gateCheck = z.object({
  check: z.string(),
  expected: z.string(),
  actual: z.string(),
  passed: z.boolean(),
});
export type GateCheck = z.infer<typeof gateCheck>;

/** One point of a chart. */
export const rateSample = z.object({ at: moment, eventsPerSecond: z.number(), percent: z.number() });
export type RateSample = z.infer<typeof rateSample>;

/** Everything about one run. */
export const runDetail = z.object({
  run: runView,
  /** Unknown where the run saved none. */
  progress: known(runProgress),
  partitions: z.array(partitionView),
  /** As this console saw it, one sample every few seconds, at most 360; from when it was started. */
  rates: z.array(rateSample),
  gate: z.array(gateCheck),
  /** Of a failed comparison: the first documents that differ. */
  firstDifferences: z.array(z.object({ id: z.string(), what: z.string() })),
  /** What it said on stderr; unknown where no action of this console is known to have begun it. */
  notices: known(z.array(z.string())),
  /** The action of this console that is known to have begun it. */
  action: actionResult.nullable(),
  /** The receipt as `--json` prints it; null until the run ended. */
  receipt: z.record(z.string(), z.unknown()).nullable(),
});
export type RunDetail = z.infer<typeof runDetail>;
