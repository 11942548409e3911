import {
  recruitingLimits,
  uuidPattern,
  type LeadCandidateProposedData,
  type LeadOpenedData,
} from '@reprise/recruiting-events';
import { IntegerField, PatternField, TextField } from '@reprise/write-api';

export class OpenLeadRequest implements LeadOpenedData {
  @TextField(recruitingLimits.title, { description: 'The position' })
  readonly title: string;

  @TextField(recruitingLimits.company, { description: 'The client that looks for people' })
  readonly company: string;

  @TextField(recruitingLimits.location, { description: 'Where the position is', optional: true })
  readonly location?: string;

  @IntegerField(recruitingLimits.headcount, { description: 'How many people are looked for' })
  readonly headcount: number;
}

export class ChangeLeadRequest {
  @TextField(recruitingLimits.title, { description: 'New name of the position', optional: true })
  readonly title?: string;

  @TextField(recruitingLimits.company, { description: 'New client', optional: true })
  readonly company?: string;

  @TextField(recruitingLimits.location, { description: 'New location', optional: true })
  readonly location?: string;

  @IntegerField(recruitingLimits.headcount, {
    description: 'New number of people looked for, at least those placed already',
    optional: true,
  })
  readonly headcount?: number;
}

export class LeadCandidateRequest implements LeadCandidateProposedData {
  @PatternField(uuidPattern, 'a UUID in lower case', {
    description: 'Id of the candidate; whether there is one is not checked',
    example: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  })
  readonly candidateId: string;
}

export class CloseLeadRequest {
  @TextField(recruitingLimits.reason, { description: 'Why, for the record', optional: true })
  readonly reason?: string;
}
