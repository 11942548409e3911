import {
  evolveCandidate,
  existingCandidate,
  type CandidateRefusalReason,
  type CandidateState,
} from '@reprise/recruiting-domain';
import { candidateAggregateType, recruitingEvents, type CandidateEvent } from '@reprise/recruiting-events';
import { type Aggregate } from '@reprise/write-api';

/** Candidates as the write database keeps them. */
export const candidateAggregate: Aggregate<CandidateState, CandidateEvent, CandidateRefusalReason> = {
  type: candidateAggregateType,
  table: {
    name: 'candidates',
    id: 'candidateId',
    columns: {
      candidateId: ['id', 'uuid'],
      name: ['name', 'text'],
      email: ['email', 'text'],
      source: ['source', 'text'],
      skills: ['skills', 'text[]'],
      stage: ['stage', 'text'],
      status: ['status', 'text'],
      rejectionReason: ['rejection_reason', 'text'],
    },
  },
  existing: existingCandidate,
  evolve: evolveCandidate,
  encode: recruitingEvents.encode,
};
