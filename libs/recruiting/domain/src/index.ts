export {
  existingCandidate,
  type CandidateDecision,
  type CandidateRefusalReason,
} from './candidate/candidate-decision.ts';
export {
  advanceCandidate,
  rejectCandidate,
  type AdvanceCandidate,
  type RejectCandidate,
} from './candidate/candidate-pipeline.ts';
export {
  changeProfile,
  eraseCandidate,
  registerCandidate,
  type ChangeProfile,
  type RegisterCandidate,
} from './candidate/candidate-profile.ts';
export type { CandidateState, CandidateStatus } from './candidate/candidate-state.ts';
export { evolveCandidate } from './candidate/evolve-candidate.ts';
export { evolveLead } from './lead/evolve-lead.ts';
export { fillLead, proposeCandidate, type LeadCandidate } from './lead/lead-candidates.ts';
export { existingLead, type LeadDecision, type LeadRefusalReason } from './lead/lead-decision.ts';
export {
  changeLead,
  closeLead,
  openLead,
  withdrawLead,
  type ChangeLead,
  type CloseLead,
  type OpenLead,
} from './lead/lead-details.ts';
export { mostProposed, type LeadState, type LeadStatus } from './lead/lead-state.ts';
