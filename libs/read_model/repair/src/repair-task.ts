/** Who asked for a repair, and why: an event of the live feed came before its predecessors, was put aside, `verify` found drift, or an operator asked. */
export const repairReasons = ['gap', 'dead-letter', 'verify', 'operator'] as const;
export type RepairReason = (typeof repairReasons)[number];

/** OPEN until it is done, which deletes it, or FAILED after too many attempts. Asked for again, it is OPEN again. */
export type RepairState = 'OPEN' | 'FAILED';

/** Names the documents one task repairs: one aggregate's in every fed generation of one version of a projection. */
export interface RepairKey {
  readonly projection: string;
  /** `Projection.version`: releases side by side have separate generations, and each repairs only its own. */
  readonly projectionVersion: number;
  readonly aggregateId: string;
}

export interface NewRepairTask extends RepairKey {
  /** Type of the aggregates that the projection is made of. */
  readonly aggregateType: string;
  readonly reason: RepairReason;
  /** What was wrong, for people who look at the queue. */
  readonly error?: string;
}

export interface RepairTask extends RepairKey {
  readonly aggregateType: string;
  readonly reason: RepairReason;
  readonly state: RepairState;
  /** What the last attempt failed with, or what was wrong when it was asked for. */
  readonly error: string | null;
  /** How often it was taken. */
  readonly attempts: number;
  /** Attempts that count towards abandoning the task: those that failed because of the task, and those whose worker died. */
  readonly failures: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly attemptedAt: Date | null;
  readonly nextAttemptAt: Date;
  /** Who works on it now, or died over it; null when nobody does. */
  readonly lease: { readonly holder: string; readonly expiresAt: Date } | null;
}

/** A task under the lease of one claim. */
export interface ClaimedRepairTask extends RepairTask {
  readonly claimId: string;
  /** How often the task had been asked for when it was claimed, decimal text. */
  readonly requests: string;
}

/** Longest id the queue takes, in bytes of UTF-8: the longest a document can have. */
export const longestAggregateId = 512;

/** What became of the tasks given to the queue. Every one of them is in exactly one of the four. */
export interface AddResult {
  readonly added: number;
  /** Already in the queue, and asked for again: an abandoned task is open again. */
  readonly known: number;
  /** Not taken, because the queue is full. The caller has to say so. */
  readonly refused: readonly NewRepairTask[];
  /** Not taken, now or ever: no aggregate has such an id (empty, longer than any document's, or no text a database holds). */
  readonly unstorable: readonly NewRepairTask[];
}

/** The queue in numbers. */
export interface RepairCounts {
  readonly open: number;
  readonly failed: number;
  /** Open tasks somebody works on now. */
  readonly leased: number;
  /** Seconds since the oldest open task was first asked for; null when none is open. */
  readonly oldestOpenSeconds: number | null;
  /** Requests the full queue did not take, ever, and when the last one came. */
  readonly refused: number;
  readonly lastRefusedAt: Date | null;
}
