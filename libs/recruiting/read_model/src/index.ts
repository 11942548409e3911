export type { CandidateSummaryDocument } from './candidate-summary-document.ts';
export type { LeadSummaryDocument } from './lead-summary-document.ts';
export { candidateSummary } from './candidate-summary/candidate-summary.ts';
export { leadSummary } from './lead-summary/lead-summary.ts';
export { projectionModule, projections } from './registered-projections.ts';
