import type { CandidateStage } from '@reprise/recruiting-events';

/** One row of `candidate_summary`, beside the id and version that the store keeps. Times are event times, UTC, with milliseconds. */
export interface CandidateSummaryDocument {
  readonly name: string;
  readonly email: string;
  /** Where the candidate came from; null when nobody said. */
  readonly source: string | null;
  readonly skills: readonly string[];
  /** The stage reached; a rejected candidate keeps it. */
  readonly stage: CandidateStage;
  /** `active`: in the running, or hired; `rejected`: out of it. */
  readonly status: 'active' | 'rejected';
  /** Why the candidate is rejected; null when nobody said, and of an active one. */
  readonly rejectionReason: string | null;
  readonly registeredAt: string;
  readonly updatedAt: string;
}
