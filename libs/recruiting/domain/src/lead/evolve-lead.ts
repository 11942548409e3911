import { assertFollows, begun } from '@reprise/aggregate';
import type { LeadEvent } from '@reprise/recruiting-events';
import type { LeadState } from './lead-state.ts';

/**
 * The state after one more event; the fold of all events of a lead is its current state.
 *
 * @param state undefined before the first event
 * @throws HistoryError when the event is not the next one of this lead, or follows its withdrawal
 */
export function evolveLead(state: LeadState | undefined, event: LeadEvent): LeadState {
  const { subject: leadId, aggregateversion: version, time } = event;
  assertFollows(
    state && { id: state.leadId, version: state.version, ended: state.status === 'withdrawn' },
    event,
  );
  if (event.type === 'lead.opened.v1') {
    return {
      leadId,
      version,
      status: 'open',
      ...event.data,
      proposed: [],
      placed: [],
      createdAt: time,
      updatedAt: time,
    };
  }
  return { ...afterChange(begun(state, event), event), version, updatedAt: time };
}

type LaterEvent = Exclude<LeadEvent, { type: 'lead.opened.v1' }>;

function afterChange(state: LeadState, event: LaterEvent): LeadState {
  switch (event.type) {
    case 'lead.details-changed.v1':
      return counted({ ...state, ...event.data });
    case 'lead.candidate-proposed.v1':
      return { ...state, proposed: [...state.proposed, event.data.candidateId] };
    case 'lead.filled.v1':
      return counted({ ...state, placed: [...state.placed, event.data.candidateId] });
    case 'lead.closed.v1': {
      const { reason } = event.data;
      return { ...state, status: 'closed', ...(reason !== undefined && { closingReason: reason }) };
    }
    case 'lead.withdrawn.v1':
      return { ...state, status: 'withdrawn' };
  }
}

/** Whether a lead is filled follows from who was placed, also when another number is looked for. */
function counted(state: LeadState): LeadState {
  return { ...state, status: state.placed.length >= state.headcount ? 'filled' : 'open' };
}
