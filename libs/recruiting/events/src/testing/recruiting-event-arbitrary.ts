import { dataContentType, specVersion } from '@reprise/events';
import fc from 'fast-check';
import { eventSource, type RecruitingEvent } from '../recruiting-contract.ts';
import { candidateStages, recruitingLimits } from '../recruiting-limits.ts';

const text = ({ minLength, maxLength }: { minLength: number; maxLength: number }) =>
  fc
    .string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) })
    .map((value) => value.replaceAll('\0', ''))
    .filter((value) => [...value].length >= minLength && [...value].length <= maxLength);

const profile = {
  name: text(recruitingLimits.name),
  email: fc.stringMatching(/^[a-zäß.+-]{1,40}@[a-z.]{1,40}$/u),
  source: text(recruitingLimits.source),
  skills: fc.array(text(recruitingLimits.skill), { maxLength: recruitingLimits.skills.maxItems }),
};
const details = {
  title: text(recruitingLimits.title),
  company: text(recruitingLimits.company),
  location: text(recruitingLimits.location),
  headcount: fc.integer({ min: recruitingLimits.headcount.minimum, max: recruitingLimits.headcount.maximum }),
};
const reason = fc.record({ reason: text(recruitingLimits.reason) }, { requiredKeys: [] });
const candidate = fc.record({ candidateId: fc.uuid() });
const some = <Value extends object>(values: fc.Arbitrary<Value>) =>
  values.filter((value) => Object.keys(value).length > 0);

const dataOf: Record<RecruitingEvent['type'], fc.Arbitrary<object>> = {
  'candidate.registered.v1': fc.record(profile, { requiredKeys: ['name', 'email', 'skills'] }),
  'candidate.profile-changed.v1': some(fc.record(profile, { requiredKeys: [] })),
  'candidate.advanced.v1': fc.record({ stage: fc.constantFrom(...candidateStages) }),
  'candidate.rejected.v1': reason,
  'candidate.erased.v1': fc.constant({}),
  'lead.opened.v1': fc.record(details, { requiredKeys: ['title', 'company', 'headcount'] }),
  'lead.details-changed.v1': some(fc.record(details, { requiredKeys: [] })),
  'lead.candidate-proposed.v1': candidate,
  'lead.filled.v1': candidate,
  'lead.closed.v1': reason,
  'lead.withdrawn.v1': fc.constant({}),
};

const begins = new Set<string>(['candidate.registered.v1', 'lead.opened.v1']);

const eventOf = (type: RecruitingEvent['type']): fc.Arbitrary<RecruitingEvent> =>
  fc.record(
    {
      specversion: fc.constant(specVersion),
      id: fc.uuid({ version: 7 }),
      source: fc.constant(eventSource),
      type: fc.constant(type),
      subject: fc.uuid(),
      time: fc
        .date({
          min: new Date('0001-01-01T00:00:00Z'),
          max: new Date('9999-12-31T23:59:59Z'),
          noInvalidDate: true,
        })
        .map((date) => date.toISOString()),
      datacontenttype: fc.constant(dataContentType),
      aggregatetype: fc.constant(type.split('.')[0]),
      aggregateversion: begins.has(type) ? fc.constant(1) : fc.integer({ min: 2, max: 2_147_483_647 }),
      correlationid: fc.uuid(),
      data: dataOf[type],
    },
    { noNullPrototype: true },
  ) as fc.Arbitrary<RecruitingEvent>;

/** Any valid event of any type. */
export const recruitingEvent: fc.Arbitrary<RecruitingEvent> = fc.oneof(
  ...(Object.keys(dataOf) as RecruitingEvent['type'][]).map(eventOf),
);
