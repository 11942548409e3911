import { defineEvents, type EventContract } from '@reprise/events';
import type { CandidateEvent } from './candidate-events.ts';
import { candidateEventTypes, leadEventTypes } from './event-types.ts';
import type { LeadEvent } from './lead-events.ts';

/** `source` of the events that the recruiting API writes. */
export const eventSource = '/reprise/recruiting-api';

/** `aggregatetype` of every event of a candidate. */
export const candidateAggregateType = 'candidate';

/** `aggregatetype` of every event of a lead. */
export const leadAggregateType = 'lead';

export type RecruitingEvent = CandidateEvent | LeadEvent;

/** The event types that the contract declares, by aggregate type. */
export const recruitingAggregates = {
  [candidateAggregateType]: candidateEventTypes,
  [leadAggregateType]: leadEventTypes,
};

/** The events of recruiting. */
export const recruitingEvents: EventContract<
  RecruitingEvent,
  'candidate.registered.v1' | 'lead.opened.v1',
  'candidate.erased.v1' | 'lead.withdrawn.v1'
> = defineEvents({ aggregates: recruitingAggregates });
