import type { CandidateRegisteredData, CandidateStage } from '@reprise/recruiting-events';

/** `active`: in the running, or hired; `rejected`: out of it; `erased`: forgotten for good. */
export type CandidateStatus = 'active' | 'rejected' | 'erased';

/**
 * A candidate as its events made it. Times are event times, RFC 3339 in UTC; `version` counts the events. Of an erased candidate
 * name, email, source and skills are empty.
 */
export interface CandidateState extends CandidateRegisteredData {
  readonly candidateId: string;
  readonly version: number;
  /** The stage reached; a rejected candidate keeps it. */
  readonly stage: CandidateStage;
  readonly status: CandidateStatus;
  /** Why the candidate was rejected, if that was said. */
  readonly rejectionReason?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
