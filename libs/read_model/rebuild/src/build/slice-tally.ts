import type { BucketDigest } from '@reprise/read-model-documents';

/** An event that can never be applied, and where it lies. */
export interface PoisonEvent {
  readonly slice: number;
  readonly position: string;
  readonly reason: string;
  readonly message: string;
  readonly aggregateId?: string;
}

/** An aggregate of which an event is missing: everything from `expected` on is held back. */
export interface VersionGap {
  readonly aggregateId: string;
  readonly expected: number;
  readonly held: number;
}

/** What was counted while one slice was replayed and written. Plain JSON: it is part of the checkpoint. */
export interface SliceTally {
  read: number;
  applied: number;
  duplicate: number;
  byType: Record<string, number>;
  /** All poison events; `poison` lists the first ones. */
  poisoned: number;
  poison: PoisonEvent[];
  gaps: VersionGap[];
  documents: number;
  tombstones: number;
  bytes: number;
  written: number;
  stale: number;
  rejectedCount: number;
  rejected: { id: string; reason: string }[];
  buckets: BucketDigest[];
}

export function emptyTally(): SliceTally {
  return {
    read: 0,
    applied: 0,
    duplicate: 0,
    byType: {},
    poisoned: 0,
    poison: [],
    gaps: [],
    documents: 0,
    tombstones: 0,
    bytes: 0,
    written: 0,
    stale: 0,
    rejectedCount: 0,
    rejected: [],
    buckets: [],
  };
}

/** Entries listed in full in receipts and checkpoints; beyond it only the count grows, so that neither grows with the faults. */
export const listedFaults = 1000;
