import type { VersionSource } from '@reprise/events';
import type { OpenLetters } from '@reprise/read-model-feed';
import type { GenerationState, Run } from '@reprise/read-model-indices';
import type { WriteSideFacts } from './facts.ts';
import type { ProjectionChange } from './projection-change.ts';
import type { ShardedBuildStatus } from './sharded-build.ts';
import type { Verdict } from './verdict.ts';

/** A generation that was not pruned. Numbers of events and offsets are numbers; moments are dates, texts in JSON. */
export interface GenerationStatus {
  readonly name: string;
  readonly uuid: string;
  readonly state: GenerationState;
  readonly since: Date;
  readonly sinceSeconds: number;
  readonly fingerprint: string;
  readonly projectionVersion: number;
  readonly digest: string | null;
  /** Moment it is as of; null when it holds everything. */
  readonly untilTs: string | null;
  /** Whether its index or table is there; null when the store could not say. */
  readonly stored: boolean | null;
  readonly positions: Readonly<Record<string, number>>;
  /** Records of the log that it does not hold yet; null when it does not follow the log, or the log cannot be asked. */
  readonly lag: number | null;
  /** Age of the oldest of them in seconds; null when it is not known. */
  readonly lagSeconds: number | null;
  readonly feeders: readonly FeederStatus[];
  /** Partitions that no running consumer feeds. */
  readonly unfed: readonly number[];
  /** Checks of the gate that refused it; empty when none did. */
  readonly refusedBy: readonly string[];
}

/** A consumer that has partitions of a generation, or had them when it last gave a sign of life. */
export interface FeederStatus {
  readonly feederId: string;
  /** Seconds since its last sign of life. */
  readonly silentSeconds: number;
  readonly partitions: readonly number[];
}

export interface RunStatus extends Pick<Run, 'runId' | 'outcome' | 'exitCode' | 'startedAt' | 'endedAt'> {
  /** LOST: it counts as running, and its process is gone. */
  readonly state: Run['state'] | 'LOST';
  /** Seconds since it ended, or began when it has no end. */
  readonly agoSeconds: number;
  /** Name of the generation it built or fed; null when there is none, or it was pruned. */
  readonly generation: string | null;
  /** Documents the store refused for good, with the first of them; null when there were none. */
  readonly refused: {
    readonly documents: number;
    readonly first: readonly { readonly id: string; readonly reason: string }[];
  } | null;
}

/** All that is known of one read model at one moment, as plain data. */
export interface ReadModelStatus {
  readonly projection: string;
  /** What readers get, in one line, and what to do about it. */
  readonly verdict: Verdict;
  /** What orders the events of its log: their count, or their position in it, which promises less. */
  readonly versions: VersionSource;
  /** What the registry of the projection belongs to; null before its first use. */
  readonly bound: {
    readonly topic: string;
    readonly clusterId: string | null;
    readonly readers: string;
  } | null;
  readonly readers: {
    readonly alias: string;
    readonly on: readonly string[];
    /** What somebody changed about the alias by hand that readers notice. */
    readonly caveats: readonly string[];
    /** Why it is not known where readers are; null when it is. */
    readonly unreachable: string | null;
  };
  /** What this release would build differently from what readers use; null when nothing, or it is not known. */
  readonly change: ProjectionChange | null;
  /** Newest first. */
  readonly generations: readonly GenerationStatus[];
  /** Indices or tables named like generations that no registry entry owns; null when the store is not reachable. */
  readonly orphans: readonly string[] | null;
  /** Generations whose index or table is gone. */
  readonly missing: readonly string[] | null;
  /** Aggregates whose later events wait behind an open dead letter; null when it could not be asked. */
  readonly heldBack: number | null;
  /** Dead letters that are still to be dealt with; null when it could not be asked. */
  readonly letters: OpenLetters | null;
  /** The repair queue; null when it was not asked. */
  readonly repairs: {
    readonly open: number;
    readonly failed: number;
    readonly oldestOpenSeconds: number | null;
  } | null;
  /** What was committed and is not in the log; null when it could not be asked. */
  readonly writeSide: WriteSideFacts | null;
  /** Why the write side is not known; null when it is, or is not configured. */
  readonly writeSideFault: string | null;
  /** Why the log could not be asked; null when it could. */
  readonly logUnreachable: string | null;
  readonly running:
    | (Pick<Run, 'runId' | 'startedAt' | 'savedAt' | 'host' | 'pid' | 'progress'> & {
        /** Its process is gone: the next rebuild takes over. */
        readonly lost: boolean;
        readonly sinceSeconds: number;
      })
    | null;
  /** The open build of several shards, if there is one. */
  readonly shards: ShardedBuildStatus | null;
  readonly lastRuns: readonly RunStatus[];
}
