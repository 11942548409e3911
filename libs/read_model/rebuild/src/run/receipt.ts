import type { VersionSource } from '@reprise/events';
import type { LettersOfRun } from '../left-out/letters-of-run.ts';
import type { DryRunReport } from '../dry-run/dry-run.ts';
import type { GateCheck } from '../gate/gate.ts';
import type { RebuildMode } from '../rebuild-options.ts';
import type { PoisonEvent, RefusedDocument, VersionGap } from '../fold/slice-tally.ts';

/**
 * How a run ended. `promoted` and `dry-run` are what was asked for; `built` is, when promotion was not asked for;
 * `shard-built` is, while other shards of the build are still open.
 */
export type RebuildOutcome =
  'promoted' | 'built' | 'shard-built' | 'dry-run' | 'replayed' | 'refused' | 'cancelled' | 'failed';

export interface CutoverRecord {
  readonly alias: string;
  /** Index or table readers used before; null on first adoption. */
  readonly from: string | null;
  readonly to: string;
  readonly at: string;
}

/** What a run did and what proves it: the contract of `--json`. Offsets and positions are decimal text (64 bits). */
export interface Receipt {
  readonly runId: string;
  readonly outcome: RebuildOutcome;
  readonly projection: string;
  readonly mode: RebuildMode;
  readonly source: 'kafka' | 'event-store';
  readonly topic: { readonly name: string; readonly id: string };
  /** What orders an aggregate's events: their count, or their position in the topic, which promises less. */
  readonly versions: VersionSource;
  readonly ranges: readonly { readonly partition: number; readonly start: string; readonly end: string }[];
  readonly events: {
    /** All events the generation was made from, including those read by the runs that this one resumed. */
    readonly read: number;
    readonly readByThisRun: number;
    readonly applied: number;
    readonly duplicate: number;
    readonly deadLettered: number;
    /** Events that wait for an earlier one that never came. */
    readonly heldBack: number;
    readonly byType: Readonly<Record<string, number>>;
  };
  readonly documents: {
    readonly written: number;
    readonly live: number;
    readonly tombstones: number;
    readonly bytes: number;
    /** Documents that the store refused for good; `refusedDocuments` lists the first. */
    readonly refused: number;
  };
  /** The shard that ran, and which ones were still to be built at its end; null for a run of the whole. */
  readonly shard: { readonly index: number; readonly of: number; readonly open: readonly number[] } | null;
  readonly generation: { readonly name: string; readonly uuid: string; readonly fingerprint: string } | null;
  readonly digest: string | null;
  readonly gate: readonly GateCheck[];
  readonly cutover: CutoverRecord | null;
  readonly timing: {
    readonly startedAt: string;
    readonly endedAt: string;
    readonly durationMs: number;
    /** Events this run read and folded, per second of its build step. */
    readonly eventsPerSecond: number;
    readonly steps: Readonly<Record<string, number>>;
  };
  readonly resources: { readonly maxRssBytes: number; readonly spilledBytes: number };
  /** Moment the generation is as of; null when it holds everything. */
  readonly untilTs: string | null;
  /** What a real run would come to; null for a real run. */
  readonly dryRun: DryRunReport | null;
  /** Dead letters that were dealt with: discarded ones are left out, resolved ones are no poison. */
  readonly letters: LettersOfRun;
  readonly poison: readonly PoisonEvent[];
  readonly gaps: readonly VersionGap[];
  /** Ids that `--aggregate-id` named and that neither the log nor the live generation has. */
  readonly unknown: readonly string[];
  /** The first documents the store refused, with what it said of each. */
  readonly refusedDocuments: readonly RefusedDocument[];
  readonly warnings: readonly string[];
  readonly startedBy: { readonly user: string; readonly host: string; readonly pid: number };
  /** Of the run's trace, where traces are exported and it is sampled. Absent in receipts of earlier releases. */
  readonly traceId?: string | null;
  /** What went wrong and what to do next, when it did. */
  readonly message: string | null;
}
