import { assertFollows, begun } from '@reprise/aggregate';
import type { CandidateEvent } from '@reprise/recruiting-events';
import type { CandidateState } from './candidate-state.ts';

/**
 * The state after one more event; the fold of all events of a candidate is its current state.
 *
 * @param state undefined before the first event
 * @throws HistoryError when the event is not the next one of this candidate, or follows its erasure
 */
export function evolveCandidate(state: CandidateState | undefined, event: CandidateEvent): CandidateState {
  const { subject: candidateId, aggregateversion: version, time } = event;
  assertFollows(
    state && { id: state.candidateId, version: state.version, ended: state.status === 'erased' },
    event,
  );
  if (event.type === 'candidate.registered.v1') {
    return {
      candidateId,
      version,
      stage: 'applied',
      status: 'active',
      ...event.data,
      createdAt: time,
      updatedAt: time,
    };
  }
  return { ...afterChange(begun(state, event), event), version, updatedAt: time };
}

type LaterEvent = Exclude<CandidateEvent, { type: 'candidate.registered.v1' }>;

function afterChange(state: CandidateState, event: LaterEvent): CandidateState {
  switch (event.type) {
    case 'candidate.profile-changed.v1':
      return { ...state, ...event.data };
    case 'candidate.advanced.v1': {
      const { rejectionReason: _, ...rest } = state;
      return { ...rest, status: 'active', stage: event.data.stage };
    }
    case 'candidate.rejected.v1': {
      const { reason } = event.data;
      return { ...state, status: 'rejected', ...(reason !== undefined && { rejectionReason: reason }) };
    }
    case 'candidate.erased.v1': {
      const { source: _, rejectionReason: __, ...rest } = state;
      return { ...rest, status: 'erased', name: '', email: '', skills: [] };
    }
  }
}
