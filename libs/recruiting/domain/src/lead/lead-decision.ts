import { changesOf, refuse, type Change, type Decision, type Existing } from '@reprise/aggregate';
import { eventSource, leadAggregateType, recruitingEvents, type LeadEvent } from '@reprise/recruiting-events';
import { evolveLead } from './evolve-lead.ts';
import type { LeadState } from './lead-state.ts';

/** Stable slugs: clients see them. */
export type LeadRefusalReason =
  | 'lead-already-exists'
  | 'lead-not-found'
  | 'lead-withdrawn'
  | 'lead-closed'
  | 'lead-filled'
  | 'lead-has-placements'
  | 'headcount-too-small'
  | 'candidate-not-proposed'
  | 'too-many-candidates'
  | 'invalid-value';

export type LeadDecision = Decision<LeadState, LeadEvent, LeadRefusalReason>;

/** The lead a reader is for: there must be one, not withdrawn. */
export function existingLead(state: LeadState | undefined): Existing<LeadState, LeadRefusalReason> {
  if (state === undefined) return refuse('lead-not-found', 'There is no such lead.');
  if (state.status === 'withdrawn') return refuse('lead-withdrawn', `Lead ${state.leadId} was withdrawn.`);
  return { ok: true, state };
}

/** The lead most commands are for: it must not be closed either. */
export function workedOn(state: LeadState | undefined): Existing<LeadState, LeadRefusalReason> {
  const lead = existingLead(state);
  if (lead.ok && lead.state.status === 'closed') {
    return refuse('lead-closed', `Lead ${lead.state.leadId} is closed.`);
  }
  return lead;
}

/** The outcome of a command that changes a lead: its event and the state after it. */
export const changedLead: Change<LeadState, LeadEvent> = changesOf({
  aggregateType: leadAggregateType,
  source: eventSource,
  findViolation: recruitingEvents.violationOf,
  evolve: evolveLead,
});
