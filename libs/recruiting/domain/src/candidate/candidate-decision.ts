import { changesOf, refuse, type Change, type Decision, type Existing } from '@reprise/aggregate';
import {
  candidateAggregateType,
  eventSource,
  recruitingEvents,
  type CandidateEvent,
} from '@reprise/recruiting-events';
import type { CandidateState } from './candidate-state.ts';
import { evolveCandidate } from './evolve-candidate.ts';

/** Stable slugs: clients see them. */
export type CandidateRefusalReason =
  | 'candidate-already-exists'
  | 'candidate-not-found'
  | 'candidate-erased'
  | 'candidate-rejected'
  | 'candidate-hired'
  | 'stage-not-ahead'
  | 'invalid-value';

export type CandidateDecision = Decision<CandidateState, CandidateEvent, CandidateRefusalReason>;

/** The candidate a command is for: there must be one, not erased. */
export function existingCandidate(
  state: CandidateState | undefined,
): Existing<CandidateState, CandidateRefusalReason> {
  if (state === undefined) return refuse('candidate-not-found', 'There is no such candidate.');
  if (state.status === 'erased')
    return refuse('candidate-erased', `Candidate ${state.candidateId} was erased.`);
  return { ok: true, state };
}

/** The outcome of a command that changes a candidate: its event and the state after it. */
export const changedCandidate: Change<CandidateState, CandidateEvent> = changesOf({
  aggregateType: candidateAggregateType,
  source: eventSource,
  findViolation: recruitingEvents.violationOf,
  evolve: evolveCandidate,
});
