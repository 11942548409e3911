export type {
  CandidateAdvancedData,
  CandidateErasedData,
  CandidateEvent,
  CandidateProfileChangedData,
  CandidateRegisteredData,
  CandidateRejectedData,
} from './candidate-events.ts';
export type {
  LeadCandidateProposedData,
  LeadClosedData,
  LeadDetailsChangedData,
  LeadEvent,
  LeadFilledData,
  LeadOpenedData,
  LeadWithdrawnData,
} from './lead-events.ts';
export {
  candidateAggregateType,
  eventSource,
  leadAggregateType,
  recruitingAggregates,
  recruitingEvents,
  type RecruitingEvent,
} from './recruiting-contract.ts';
export {
  candidateStages,
  emailPattern,
  recruitingLimits,
  uuidPattern,
  type CandidateStage,
} from './recruiting-limits.ts';
