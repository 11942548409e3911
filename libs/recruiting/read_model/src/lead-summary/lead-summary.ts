import { recruitingEvents, type LeadEvent } from '@reprise/recruiting-events';
import { composedText, toMilliseconds } from '@reprise/read-model-documents';
import { defineProjection, put } from '@reprise/read-model-projections';
import type { LeadSummaryDocument } from '../lead-summary-document.ts';
import { leadSummaryStorage } from './storage.ts';

/** The leads as a table. Withdrawal has no handler: it takes the document away. */
export const leadSummary = defineProjection(recruitingEvents, {
  name: 'lead_summary',
  version: 1,
  aggregate: 'lead',
  storage: leadSummaryStorage,
  on: {
    'lead.opened.v1': ({ time, data: { title, company, location, headcount } }) =>
      put<LeadSummaryDocument>({
        title: composedText(title),
        company: composedText(company),
        location: location === undefined ? null : composedText(location),
        headcount,
        status: 'open',
        proposed: [],
        placed: [],
        closingReason: null,
        openedAt: toMilliseconds(time),
        updatedAt: toMilliseconds(time),
      }),
    'lead.details-changed.v1': (event, before) => {
      const { title, company, location, headcount } = event.data;
      return counted(before, event, {
        title: composedText(title ?? before.title),
        company: composedText(company ?? before.company),
        location: location === undefined ? before.location : composedText(location),
        headcount: headcount ?? before.headcount,
      });
    },
    'lead.candidate-proposed.v1': (event, before) =>
      changed(before, event, { proposed: [...before.proposed, event.data.candidateId] }),
    'lead.filled.v1': (event, before) =>
      counted(before, event, { placed: [...before.placed, event.data.candidateId] }),
    'lead.closed.v1': (event, before) => {
      const { reason } = event.data;
      return changed(before, event, {
        status: 'closed',
        closingReason: reason === undefined ? null : composedText(reason),
      });
    },
  },
});

function changed(before: LeadSummaryDocument, { time }: LeadEvent, fields: Partial<LeadSummaryDocument>) {
  return put<LeadSummaryDocument>({ ...before, ...fields, updatedAt: toMilliseconds(time) });
}

/** Whether a lead is filled follows from who was placed, also when another number is looked for. */
function counted(before: LeadSummaryDocument, event: LeadEvent, fields: Partial<LeadSummaryDocument>) {
  const { placed, headcount } = { ...before, ...fields };
  return changed(before, event, { ...fields, status: placed.length >= headcount ? 'filled' : 'open' });
}
