import { type CandidateRefusalReason, type CandidateState } from '@reprise/recruiting-domain';
import { type CandidateEvent } from '@reprise/recruiting-events';
import { Resource, type WriteDatabase } from '@reprise/write-api';
import { type Registry } from 'prom-client';
import { candidateAggregate } from './candidate-aggregate.ts';
import { CandidateResponse } from './candidate-response.ts';

/** Candidates over HTTP. */
export class CandidateResource extends Resource<
  CandidateState,
  CandidateEvent,
  CandidateRefusalReason,
  CandidateResponse
> {
  constructor(database: WriteDatabase, metrics: Registry) {
    super(database, metrics, {
      aggregate: candidateAggregate,
      path: '/v1/candidates',
      refusals: {
        'candidate-not-found': { status: 404, title: 'No such candidate' },
        'candidate-erased': { status: 410, title: 'The candidate was erased' },
        'candidate-already-exists': { status: 409, title: 'The candidate exists already' },
        'candidate-rejected': { status: 409, title: 'The candidate was rejected' },
        'candidate-hired': { status: 409, title: 'The candidate was hired' },
        'stage-not-ahead': { status: 409, title: 'The stage is not ahead' },
        'invalid-value': { status: 400, title: 'A value cannot be stored' },
      },
      show: (state) => new CandidateResponse(state),
    });
  }
}
