import { refuse, unchanged, type CommandContext } from '@reprise/aggregate';
import { candidateStages, type CandidateStage } from '@reprise/recruiting-events';
import { changedCandidate, existingCandidate, type CandidateDecision } from './candidate-decision.ts';
import type { CandidateState } from './candidate-state.ts';

export interface AdvanceCandidate {
  readonly stage: CandidateStage;
}

export interface RejectCandidate {
  readonly reason?: string | undefined;
}

/**
 * Moves a candidate ahead; stages may be skipped, but nobody goes back. A rejected candidate who applies again starts over with
 * `applied`.
 */
export function advanceCandidate(
  state: CandidateState | undefined,
  { stage }: AdvanceCandidate,
  context: CommandContext,
): CandidateDecision {
  const candidate = existingCandidate(state);
  if (!candidate.ok) return candidate;
  const { candidateId, stage: reached, status } = candidate.state;
  if (status === 'rejected' && stage !== 'applied') {
    return refuse(
      'candidate-rejected',
      `Candidate ${candidateId} was rejected and can only apply again (stage applied).`,
    );
  }
  if (status === 'active' && stage === reached) return unchanged(candidate.state);
  const decision = changedCandidate(
    candidate.state,
    candidateId,
    'candidate.advanced.v1',
    { stage },
    context,
  );
  const isBehind = candidateStages.indexOf(stage) < candidateStages.indexOf(reached);
  if (decision.ok && status === 'active' && isBehind) {
    return refuse('stage-not-ahead', `Candidate ${candidateId} is in stage ${reached}, past ${stage}.`);
  }
  return decision;
}

/** Takes a candidate out of the running. Whoever was hired cannot be rejected any more. */
export function rejectCandidate(
  state: CandidateState | undefined,
  { reason }: RejectCandidate,
  context: CommandContext,
): CandidateDecision {
  const candidate = existingCandidate(state);
  if (!candidate.ok) return candidate;
  const { candidateId, stage, status } = candidate.state;
  if (stage === 'hired') return refuse('candidate-hired', `Candidate ${candidateId} was hired.`);
  if (status === 'rejected') return unchanged(candidate.state);
  const data = { ...(reason !== undefined && { reason }) };
  return changedCandidate(candidate.state, candidateId, 'candidate.rejected.v1', data, context);
}
