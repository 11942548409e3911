import { verdictKinds } from '@reprise/read-model-status';
import { z } from 'zod';
import { legalAction } from './actions.ts';
import { count, known, moment } from './known.ts';
import { runProgress, rateSample, runView } from './runs.ts';
import { environment } from './session.ts';

/** What readers get. */
export const serving = z.object({
  /** Whether readers are on exactly one complete generation. */
  state: z.enum(['serving', 'not-serving', 'unknown']),
  verdict: z.enum(verdictKinds),
  /** The verdict as `status` prints it: one line. */
  sentence: z.string(),
  /** The command line of the fastest safe step, or what to do where that is none; null when there is nothing to do. */
  next: z.string().nullable(),
  /** The alias or view that readers use, and what it is on. */
  readers: z.string(),
  on: z.array(z.string()),
  caveats: z.array(z.string()),
  /** The one generation that readers are on. */
  generation: known(
    z.object({
      name: z.string(),
      uuid: z.uuid(),
      state: z.string(),
      fingerprint: z.string(),
      projectionVersion: z.int(),
      /** When it came into that state. */
      since: moment,
      /** Moment it is as of; null when it holds everything. */
      untilTs: z.string().nullable(),
    }),
  ),
});
export type Serving = z.infer<typeof serving>;

/** One sample of how fresh a read model is; `seconds` is null where it was not known. */
export const freshnessSample = z.object({ at: moment, seconds: z.number().nullable() });

/** The proof a generation carries. */
export const proof = z.object({
  digest: z.string(),
  /** Ends of the log that it speaks for, by partition, as decimal text; empty where the receipt is gone. */
  watermark: z.record(z.string(), z.string()),
  provenAt: moment,
  /** What proved it: the gate of a run, or a whole comparison with the log that found no difference. */
  by: z.enum(['gate', 'verify']),
  runId: z.uuid().nullable(),
});
export type Proof = z.infer<typeof proof>;

/** Where a rollback would go. */
export const rollback = z.object({
  to: z.string(),
  /** Whether a consumer feeds it and it lacks nothing readers have now. */
  fresh: z.boolean(),
  /** Events it lacks now; the rollback feeds them first. */
  lacksEvents: count,
  sentence: z.string(),
});

/** Something that changed lately. */
export const change = z.object({
  at: moment,
  /** `promoted product_search_v2_…`, as a sentence. */
  what: z.string(),
  /** Unknown where nothing wrote it down. */
  who: known(z.string()),
});
export type Change = z.infer<typeof change>;

/** A change of the projection that needs a rebuild: recommended, never done without somebody asking for it. */
export const recommendation = z.object({
  /** Which projection changed, and how: one sentence. */
  sentence: z.string(),
  kind: z.enum(['storage', 'logic', 'both']),
  /** Fingerprints: of what readers use, and of this release. */
  from: z.string(),
  to: z.string(),
  /** What the last plan of it predicted; unknown where none was made. */
  predicted: known(
    z.object({ documents: count, seconds: z.number(), verdict: z.string(), at: moment, actionId: z.uuid() }),
  ),
  /** What to run, to copy. */
  commandLine: z.string(),
  planCommandLine: z.string(),
});
export type Recommendation = z.infer<typeof recommendation>;

/** One read model, in the order an operator asks. */
export const readModelCard = z.object({
  context: z.string(),
  projection: z.string(),
  storage: z.string(),
  versions: z.enum(['sequence', 'position']),
  serving,
  freshness: known(z.object({ seconds: z.number(), events: count })),
  /** As this console saw it, oldest first, one sample every few seconds, at most 360. */
  freshnessTrend: z.array(freshnessSample),
  proof: known(proof),
  /** The run that works on it now. */
  running: z.object({ run: runView, progress: known(runProgress), rates: z.array(rateSample) }).nullable(),
  /** Why nothing moves, as a sentence; null while something does or nothing has to. */
  stalled: z.string().nullable(),
  rollback: known(rollback),
  deadLetters: known(z.object({ open: count, atLeast: z.boolean() })),
  /** Aggregates whose later events wait. */
  heldBack: known(count),
  repairs: known(z.object({ open: count, failed: count, oldestOpenSeconds: z.number().nullable() })),
  /** Whether the store has room for a second copy. */
  room: known(z.object({ enough: z.boolean(), sizeBytes: count.nullable(), sentence: z.string() })),
  /** Newest first, at most ten. */
  changes: z.array(change),
  actions: z.array(legalAction),
  recommendation: recommendation.nullable(),
});
export type ReadModelCard = z.infer<typeof readModelCard>;

/** What was committed and is not in the log yet. */
export const writeSide = z.object({
  context: z.string(),
  topic: z.string(),
  deadLetterTopic: z.string(),
  unpublished: known(z.object({ waiting: count, parked: count, oldestSeconds: z.number().nullable() })),
  /** The relay that publishes now. */
  leader: known(z.object({ name: z.string() })),
});
export type WriteSideView = z.infer<typeof writeSide>;

/** A server, and why it cannot be used; null while it can. */
export const serverView = z.object({ name: z.string(), fault: z.string().nullable() });

/** The first screen. */
export const overview = z.object({
  /** When all this was looked at. */
  at: moment,
  environment,
  servers: z.array(serverView),
  readModels: z.array(readModelCard),
  writeSides: z.array(writeSide),
  /** Why there are no read models here: the registry does not answer; null while it does. */
  problem: z.string().nullable(),
});
export type Overview = z.infer<typeof overview>;
