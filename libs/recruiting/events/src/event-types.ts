import {
  jsonData,
  textPattern,
  type EventTypeDefinition,
  type JsonData,
  type JsonSchema,
} from '@reprise/events';
import type {
  CandidateAdvancedData,
  CandidateErasedData,
  CandidateProfileChangedData,
  CandidateRegisteredData,
  CandidateRejectedData,
} from './candidate-events.ts';
import type {
  LeadCandidateProposedData,
  LeadClosedData,
  LeadDetailsChangedData,
  LeadFilledData,
  LeadOpenedData,
  LeadWithdrawnData,
} from './lead-events.ts';
import { candidateStages, emailPattern, recruitingLimits, uuidPattern } from './recruiting-limits.ts';

const text = (limits: { minLength: number; maxLength: number }, pattern = textPattern): JsonSchema => ({
  type: 'string',
  ...limits,
  pattern,
});
const profile = {
  name: text(recruitingLimits.name),
  email: text(recruitingLimits.email, emailPattern),
  source: text(recruitingLimits.source),
  skills: { type: 'array', ...recruitingLimits.skills, items: text(recruitingLimits.skill) },
};
const details = {
  title: text(recruitingLimits.title),
  company: text(recruitingLimits.company),
  location: text(recruitingLimits.location),
  headcount: { type: 'integer', ...recruitingLimits.headcount },
};
const candidateId: JsonSchema = { type: 'string', pattern: uuidPattern };
const reason = text(recruitingLimits.reason);

const data = <Data>(
  properties: Record<string, JsonSchema>,
  required: readonly string[] = [],
  more: JsonSchema = {},
): JsonData<Data> => jsonData({ type: 'object', properties, required, additionalProperties: false, ...more });

/** The types in the order of a candidate's way. */
export const candidateEventTypes = {
  'candidate.registered.v1': {
    title: 'Candidate registered',
    description: 'The first event of every candidate, who has applied with it.',
    begins: true,
    data: data<CandidateRegisteredData>(profile, ['name', 'email', 'skills']),
  },
  'candidate.profile-changed.v1': {
    title: 'Candidate profile changed',
    description: 'Carries only what changed, at least one member. `skills` replaces the whole list.',
    data: data<CandidateProfileChangedData>(profile, [], { minProperties: 1 }),
  },
  'candidate.advanced.v1': {
    title: 'Candidate advanced',
    description:
      'The stage the candidate is in now. `applied` after a rejection: the candidate applied again.',
    data: data<CandidateAdvancedData>({ stage: { type: 'string', enum: [...candidateStages] } }, ['stage']),
  },
  'candidate.rejected.v1': {
    title: 'Candidate rejected',
    description: 'The candidate is out of the running, in the stage reached so far.',
    data: data<CandidateRejectedData>({ reason }),
  },
  'candidate.erased.v1': {
    title: 'Candidate erased',
    description: 'The last event of a candidate: nothing follows it, and read models forget the person.',
    ends: true,
    data: data<CandidateErasedData>({}),
  },
} as const satisfies Readonly<Record<string, EventTypeDefinition>>;

/** The types in the order of a lead's life. */
export const leadEventTypes = {
  'lead.opened.v1': {
    title: 'Lead opened',
    description: 'The first event of every lead: a client looks for people.',
    begins: true,
    data: data<LeadOpenedData>(details, ['title', 'company', 'headcount']),
  },
  'lead.details-changed.v1': {
    title: 'Lead details changed',
    description: 'Carries only the details that changed, at least one.',
    data: data<LeadDetailsChangedData>(details, [], { minProperties: 1 }),
  },
  'lead.candidate-proposed.v1': {
    title: 'Candidate proposed for a lead',
    description: 'The client was shown a candidate, each at most once.',
    data: data<LeadCandidateProposedData>({ candidateId }, ['candidateId']),
  },
  'lead.filled.v1': {
    title: 'Position of a lead filled',
    description:
      'One position went to a proposed candidate. The lead is filled when as many are as it looks for.',
    data: data<LeadFilledData>({ candidateId }, ['candidateId']),
  },
  'lead.closed.v1': {
    title: 'Lead closed',
    description: 'Nobody is looked for any more. The lead stays visible as closed.',
    data: data<LeadClosedData>({ reason }),
  },
  'lead.withdrawn.v1': {
    title: 'Lead withdrawn',
    description: 'The last event of a lead that should not have been: nothing follows it.',
    ends: true,
    data: data<LeadWithdrawnData>({}),
  },
} as const satisfies Readonly<Record<string, EventTypeDefinition>>;
