import { refuse, unchanged, type CommandContext } from '@reprise/aggregate';
import type { LeadDetailsChangedData, LeadOpenedData } from '@reprise/recruiting-events';
import { changedLead, existingLead, workedOn, type LeadDecision } from './lead-decision.ts';
import type { LeadState } from './lead-state.ts';

export interface OpenLead {
  readonly leadId: string;
  readonly title: string;
  readonly company: string;
  readonly location?: string | undefined;
  readonly headcount: number;
}

export interface ChangeLead {
  readonly title?: string | undefined;
  readonly company?: string | undefined;
  readonly location?: string | undefined;
  readonly headcount?: number | undefined;
}

export interface CloseLead {
  readonly reason?: string | undefined;
}

/** A new lead. */
export function openLead(
  state: LeadState | undefined,
  { leadId, title, company, location, headcount }: OpenLead,
  context: CommandContext,
): LeadDecision {
  if (state !== undefined) return refuse('lead-already-exists', `Lead ${state.leadId} exists already.`);
  const opened: LeadOpenedData = {
    title,
    company,
    ...(location !== undefined && { location }),
    headcount,
  };
  return changedLead(undefined, leadId, 'lead.opened.v1', opened, context);
}

/**
 * Changes details of a lead that is not closed; the event names only those that differ. No fewer people can be looked for than were
 * placed. A filled lead that looks for more is open again.
 */
export function changeLead(
  state: LeadState | undefined,
  data: ChangeLead,
  context: CommandContext,
): LeadDecision {
  const lead = workedOn(state);
  if (!lead.ok) return lead;
  const { leadId, title, company, location, headcount, placed } = lead.state;
  const differing: LeadDetailsChangedData = {
    ...(data.title !== undefined && data.title !== title && { title: data.title }),
    ...(data.company !== undefined && data.company !== company && { company: data.company }),
    ...(data.location !== undefined && data.location !== location && { location: data.location }),
    ...(data.headcount !== undefined && data.headcount !== headcount && { headcount: data.headcount }),
  };
  if (Object.keys(differing).length === 0) return unchanged(lead.state);
  const decision = changedLead(lead.state, leadId, 'lead.details-changed.v1', differing, context);
  if (decision.ok && decision.state.headcount < placed.length) {
    return refuse('headcount-too-small', `Lead ${leadId} has placed ${placed.length} candidates already.`);
  }
  return decision;
}

/** Ends the search. The lead stays visible as closed, and only withdrawing it changes it any more. */
export function closeLead(
  state: LeadState | undefined,
  { reason }: CloseLead,
  context: CommandContext,
): LeadDecision {
  const lead = existingLead(state);
  if (!lead.ok) return lead;
  if (lead.state.status === 'closed') return unchanged(lead.state);
  const data = { ...(reason !== undefined && { reason }) };
  return changedLead(lead.state, lead.state.leadId, 'lead.closed.v1', data, context);
}

/** Ends the history of a lead that should not have been. One that has placed somebody was real: it can only be closed. */
export function withdrawLead(
  state: LeadState | undefined,
  _data: Readonly<Record<string, never>>,
  context: CommandContext,
): LeadDecision {
  const lead = existingLead(state);
  if (!lead.ok) return lead;
  const { leadId, placed } = lead.state;
  if (placed.length > 0) {
    return refuse(
      'lead-has-placements',
      `Lead ${leadId} has placed ${placed.length} candidates and can only be closed.`,
    );
  }
  return changedLead(lead.state, leadId, 'lead.withdrawn.v1', {}, context);
}
