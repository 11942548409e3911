import { recruitingEvents, type CandidateEvent } from '@reprise/recruiting-events';
import { composedText, toMilliseconds } from '@reprise/read-model-documents';
import { defineProjection, put } from '@reprise/read-model-projections';
import type { CandidateSummaryDocument } from '../candidate-summary-document.ts';
import { candidateSummaryStorage } from './storage.ts';

/** The candidates as a table. Erasure has no handler: it takes the document away, and with it all that is known of the person. */
export const candidateSummary = defineProjection(recruitingEvents, {
  name: 'candidate_summary',
  version: 1,
  aggregate: 'candidate',
  storage: candidateSummaryStorage,
  on: {
    'candidate.registered.v1': ({ time, data: { name, email, source, skills } }) =>
      put<CandidateSummaryDocument>({
        name: composedText(name),
        email: composedText(email),
        source: source === undefined ? null : composedText(source),
        skills: skills.map(composedText),
        stage: 'applied',
        status: 'active',
        rejectionReason: null,
        registeredAt: toMilliseconds(time),
        updatedAt: toMilliseconds(time),
      }),
    'candidate.profile-changed.v1': (event, before) => {
      const { name, email, source, skills } = event.data;
      return changed(before, event, {
        name: composedText(name ?? before.name),
        email: composedText(email ?? before.email),
        source: source === undefined ? before.source : composedText(source),
        skills: skills?.map(composedText) ?? before.skills,
      });
    },
    // Whoever was rejected and applies again is active again.
    'candidate.advanced.v1': (event, before) =>
      changed(before, event, { stage: event.data.stage, status: 'active', rejectionReason: null }),
    'candidate.rejected.v1': (event, before) => {
      const { reason } = event.data;
      return changed(before, event, {
        status: 'rejected',
        rejectionReason: reason === undefined ? null : composedText(reason),
      });
    },
  },
});

function changed(
  before: CandidateSummaryDocument,
  { time }: CandidateEvent,
  fields: Partial<CandidateSummaryDocument>,
) {
  return put<CandidateSummaryDocument>({ ...before, ...fields, updatedAt: toMilliseconds(time) });
}
