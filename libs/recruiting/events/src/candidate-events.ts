import type { EventEnvelope } from '@reprise/events';
import type { CandidateStage } from './recruiting-limits.ts';

export interface CandidateRegisteredData {
  readonly name: string;
  readonly email: string;
  /** Where the candidate came from, such as a job board. */
  readonly source?: string;
  readonly skills: readonly string[];
}

/** Only what changed, at least one. `skills` replaces the whole list. */
export type CandidateProfileChangedData = Partial<CandidateRegisteredData>;

export interface CandidateAdvancedData {
  readonly stage: CandidateStage;
}

export interface CandidateRejectedData {
  readonly reason?: string;
}

export type CandidateErasedData = Readonly<Record<string, never>>;

type CandidateEnvelope<Type extends string, Data> = EventEnvelope<Type, Data, 'candidate'>;

export type CandidateRegistered = CandidateEnvelope<'candidate.registered.v1', CandidateRegisteredData>;
export type CandidateProfileChanged = CandidateEnvelope<
  'candidate.profile-changed.v1',
  CandidateProfileChangedData
>;
export type CandidateAdvanced = CandidateEnvelope<'candidate.advanced.v1', CandidateAdvancedData>;
export type CandidateRejected = CandidateEnvelope<'candidate.rejected.v1', CandidateRejectedData>;
export type CandidateErased = CandidateEnvelope<'candidate.erased.v1', CandidateErasedData>;

export type CandidateEvent =
  CandidateRegistered | CandidateProfileChanged | CandidateAdvanced | CandidateRejected | CandidateErased;
