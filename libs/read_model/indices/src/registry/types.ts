import type { Generation } from '../generation/generation.ts';

/**
 * Proof of holding a projection's lease, or that of one of its shards (`<projection> <shard>/<shards>`). The token only ever
 * rises, so an older one is recognised wherever it is shown.
 */
export interface Fence {
  readonly projection: string;
  readonly runId: string;
  readonly token: bigint;
}

/** What is known of a generation before it exists; it begins BUILDING. */
export type NewGeneration = Pick<
  Generation,
  | 'uuid'
  | 'projection'
  | 'name'
  | 'storage'
  | 'fingerprint'
  | 'projectionVersion'
  | 'topic'
  | 'topicId'
  | 'runId'
>;

export type LeaseAttempt =
  | { readonly acquired: true; readonly fence: Fence }
  | {
      readonly acquired: false;
      /** The run that holds the lease, who it is, when it began and how long it may stay silent before it can be replaced. */
      readonly runId: string;
      readonly holder: string;
      readonly expiresInMs: number;
      readonly startedAt: Date;
    };

/** A lease that somebody holds. */
export interface HeldLease {
  /** The projection, or `<projection> <shard>/<shards>`. */
  readonly lease: string;
  readonly runId: string;
  readonly holder: string;
  readonly startedAt: Date;
}

/** RUNNING until it ends itself, or a later run of the projection finds it dead and marks it INTERRUPTED. */
export const runStates = ['RUNNING', 'DONE', 'FAILED', 'INTERRUPTED'] as const;
export type RunState = (typeof runStates)[number];

/** Anything JSON can hold. Positions have to be written as text: JSON has no 64-bit integers. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface Run {
  readonly runId: string;
  readonly projection: string;
  readonly mode: string;
  readonly source: string;
  /** `<shard>/<shards>` of a run that builds a part of a generation. */
  readonly shard: string | null;
  readonly state: RunState;
  /** UUID of the generation it builds or feeds, once there is one. */
  readonly generation: string | null;
  readonly fencingToken: bigint | null;
  readonly host: string;
  readonly pid: number;
  readonly user: string;
  readonly startedAt: Date;
  /** When progress or checkpoint were last saved. */
  readonly savedAt: Date | null;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly progress: JsonObject | null;
  readonly checkpoint: JsonObject | null;
  readonly receipt: JsonObject | null;
  readonly cancelRequestedAt: Date | null;
}

export type NewRun = Pick<Run, 'runId' | 'projection' | 'mode' | 'source' | 'host' | 'pid' | 'user'> & {
  readonly generation?: string | null;
  readonly shard?: string | null;
  /** The fence it works under; a run that changes nothing (a dry run) has none. */
  readonly fence?: Fence;
};

export interface RunEnd {
  readonly state: Exclude<RunState, 'RUNNING'>;
  readonly outcome: string;
  readonly exitCode: number;
  readonly receipt?: JsonObject | null;
}

export interface Attachment {
  /** UUID of the generation that is fed. */
  readonly generation: string;
  readonly partitions: readonly number[];
}

export interface LiveFeeder {
  readonly feederId: string;
  readonly attachments: readonly Attachment[];
  /** Milliseconds since its last sign of life, on the database's clock. */
  readonly silentMs: number;
}
