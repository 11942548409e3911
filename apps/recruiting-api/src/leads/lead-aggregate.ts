import { evolveLead, existingLead, type LeadRefusalReason, type LeadState } from '@reprise/recruiting-domain';
import { leadAggregateType, recruitingEvents, type LeadEvent } from '@reprise/recruiting-events';
import { type Aggregate } from '@reprise/write-api';

/** Leads as the write database keeps them. */
export const leadAggregate: Aggregate<LeadState, LeadEvent, LeadRefusalReason> = {
  type: leadAggregateType,
  table: {
    name: 'leads',
    id: 'leadId',
    columns: {
      leadId: ['id', 'uuid'],
      title: ['title', 'text'],
      company: ['company', 'text'],
      location: ['location', 'text'],
      headcount: ['headcount', 'int'],
      status: ['status', 'text'],
      proposed: ['proposed', 'uuid[]'],
      placed: ['placed', 'uuid[]'],
      closingReason: ['closing_reason', 'text'],
    },
  },
  existing: existingLead,
  evolve: evolveLead,
  encode: recruitingEvents.encode,
};
