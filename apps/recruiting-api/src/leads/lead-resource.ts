import { type LeadRefusalReason, type LeadState } from '@reprise/recruiting-domain';
import { type LeadEvent } from '@reprise/recruiting-events';
import { Resource, type WriteDatabase } from '@reprise/write-api';
import { type Registry } from 'prom-client';
import { leadAggregate } from './lead-aggregate.ts';
import { LeadResponse } from './lead-response.ts';

/** Leads over HTTP. */
export class LeadResource extends Resource<LeadState, LeadEvent, LeadRefusalReason, LeadResponse> {
  constructor(database: WriteDatabase, metrics: Registry) {
    super(database, metrics, {
      aggregate: leadAggregate,
      path: '/v1/leads',
      refusals: {
        'lead-not-found': { status: 404, title: 'No such lead' },
        'lead-withdrawn': { status: 410, title: 'The lead was withdrawn' },
        'lead-already-exists': { status: 409, title: 'The lead exists already' },
        'lead-closed': { status: 409, title: 'The lead is closed' },
        'lead-filled': { status: 409, title: 'The lead is filled' },
        'lead-has-placements': { status: 409, title: 'The lead has placed candidates' },
        'headcount-too-small': { status: 409, title: 'The headcount is too small' },
        'candidate-not-proposed': { status: 409, title: 'The candidate was not proposed' },
        'too-many-candidates': { status: 409, title: 'Too many candidates' },
        'invalid-value': { status: 400, title: 'A value cannot be stored' },
      },
      show: (state) => new LeadResponse(state),
    });
  }
}
