import { refuse, unchanged, type CommandContext } from '@reprise/aggregate';
import { changedLead, workedOn, type LeadDecision } from './lead-decision.ts';
import { mostProposed, type LeadState } from './lead-state.ts';

export interface LeadCandidate {
  /** Not compared with the candidates there are: a lead knows ids only. */
  readonly candidateId: string;
}

/** Shows the client a candidate, while positions are free. */
export function proposeCandidate(
  state: LeadState | undefined,
  { candidateId }: LeadCandidate,
  context: CommandContext,
): LeadDecision {
  const lead = workedOn(state);
  if (!lead.ok) return lead;
  const { leadId, proposed, status } = lead.state;
  if (proposed.includes(candidateId)) return unchanged(lead.state);
  if (status === 'filled') return noFreePosition(leadId);
  if (proposed.length >= mostProposed) {
    return refuse('too-many-candidates', `Lead ${leadId} has ${mostProposed} proposed candidates.`);
  }
  return changedLead(lead.state, leadId, 'lead.candidate-proposed.v1', { candidateId }, context);
}

/** Gives one free position to a candidate who was proposed. */
export function fillLead(
  state: LeadState | undefined,
  { candidateId }: LeadCandidate,
  context: CommandContext,
): LeadDecision {
  const lead = workedOn(state);
  if (!lead.ok) return lead;
  const { leadId, proposed, placed, status } = lead.state;
  if (placed.includes(candidateId)) return unchanged(lead.state);
  if (status === 'filled') return noFreePosition(leadId);
  if (!proposed.includes(candidateId)) {
    return refuse('candidate-not-proposed', `Candidate ${candidateId} was not proposed for lead ${leadId}.`);
  }
  return changedLead(lead.state, leadId, 'lead.filled.v1', { candidateId }, context);
}

function noFreePosition(leadId: string): LeadDecision {
  return refuse('lead-filled', `Lead ${leadId} has no free position.`);
}
