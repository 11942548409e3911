import { refuse, unchanged, type CommandContext } from '@reprise/aggregate';
import type { CandidateProfileChangedData, CandidateRegisteredData } from '@reprise/recruiting-events';
import { changedCandidate, existingCandidate, type CandidateDecision } from './candidate-decision.ts';
import type { CandidateState } from './candidate-state.ts';

export interface RegisterCandidate {
  readonly candidateId: string;
  readonly name: string;
  readonly email: string;
  readonly source?: string | undefined;
  readonly skills: readonly string[];
}

export interface ChangeProfile {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly source?: string | undefined;
  readonly skills?: readonly string[] | undefined;
}

export type NoData = Readonly<Record<string, never>>;

/** A new candidate, who has applied. Whether the person is known under another id is not known here. */
export function registerCandidate(
  state: CandidateState | undefined,
  { candidateId, name, email, source, skills }: RegisterCandidate,
  context: CommandContext,
): CandidateDecision {
  if (state !== undefined) {
    return refuse('candidate-already-exists', `Candidate ${state.candidateId} exists already.`);
  }
  const registered: CandidateRegisteredData = {
    name,
    email,
    ...(source !== undefined && { source }),
    skills,
  };
  return changedCandidate(undefined, candidateId, 'candidate.registered.v1', registered, context);
}

/** Changes a profile, in any stage and status; the event names only what differs from the current one. */
export function changeProfile(
  state: CandidateState | undefined,
  data: ChangeProfile,
  context: CommandContext,
): CandidateDecision {
  const candidate = existingCandidate(state);
  if (!candidate.ok) return candidate;
  const { candidateId, name, email, source, skills } = candidate.state;
  const differing: CandidateProfileChangedData = {
    ...(data.name !== undefined && data.name !== name && { name: data.name }),
    ...(data.email !== undefined && data.email !== email && { email: data.email }),
    ...(data.source !== undefined && data.source !== source && { source: data.source }),
    ...(data.skills !== undefined && !sameTexts(data.skills, skills) && { skills: data.skills }),
  };
  if (Object.keys(differing).length === 0) return unchanged(candidate.state);
  return changedCandidate(candidate.state, candidateId, 'candidate.profile-changed.v1', differing, context);
}

/**
 * Ends a candidate's history and empties the state of everything personal. What earlier events say stays in event store and log,
 * which are append-only.
 */
export function eraseCandidate(
  state: CandidateState | undefined,
  _data: NoData,
  context: CommandContext,
): CandidateDecision {
  const candidate = existingCandidate(state);
  if (!candidate.ok) return candidate;
  return changedCandidate(candidate.state, candidate.state.candidateId, 'candidate.erased.v1', {}, context);
}

/** Another order of skills is a change. */
function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
