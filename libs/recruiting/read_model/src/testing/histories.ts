import {
  candidateStages,
  type CandidateEvent,
  type LeadEvent,
  type RecruitingEvent,
} from '@reprise/recruiting-events';
import fc from 'fast-check';

type StepOf<Event extends RecruitingEvent> = Event extends RecruitingEvent
  ? Pick<Event, 'type' | 'data'>
  : never;
type CandidateStep = StepOf<CandidateEvent>;
type LeadStep = StepOf<LeadEvent>;

// Some of them in either Unicode form.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('Zo\u00eb', 'Zoe\u0308', 'Bod\u00f8', 'A\u030angstr\u00f6m'),
);
const reason = fc.record({ reason: text }, { requiredKeys: [] });
const atLeastOne = <Value extends object>(values: fc.Arbitrary<Value>) =>
  values.filter((value) => Object.keys(value).length > 0);

const profile = {
  name: text,
  email: fc.constantFrom('ada@example.org', 'zo\u00eb@example.org', 'zoe\u0308@example.org'),
  source: text,
  skills: fc.array(text, { maxLength: 3 }),
};
const registered = fc
  .record(profile, { requiredKeys: ['name', 'email', 'skills'] })
  .map((data): CandidateStep => ({ type: 'candidate.registered.v1', data }));
const candidateChange: fc.Arbitrary<CandidateStep> = fc.oneof(
  atLeastOne(fc.record(profile, { requiredKeys: [] })).map((data): CandidateStep => ({
    type: 'candidate.profile-changed.v1',
    data,
  })),
  fc
    .constantFrom(...candidateStages)
    .map((stage): CandidateStep => ({ type: 'candidate.advanced.v1', data: { stage } })),
  reason.map((data): CandidateStep => ({ type: 'candidate.rejected.v1', data })),
);

const details = { title: text, company: text, location: text, headcount: fc.integer({ min: 1, max: 3 }) };
const someone = fc.record({
  candidateId: fc
    .integer({ min: 1, max: 4 })
    .map((number) => `01a1f84a-95c0-7790-9c1c-${String(number).padStart(12, '0')}`),
});
const opened = fc
  .record(details, { requiredKeys: ['title', 'company', 'headcount'] })
  .map((data): LeadStep => ({ type: 'lead.opened.v1', data }));
const leadChange: fc.Arbitrary<LeadStep> = fc.oneof(
  atLeastOne(fc.record(details, { requiredKeys: [] })).map((data): LeadStep => ({
    type: 'lead.details-changed.v1',
    data,
  })),
  someone.map((data): LeadStep => ({ type: 'lead.candidate-proposed.v1', data })),
  someone.map((data): LeadStep => ({ type: 'lead.filled.v1', data })),
);

const started = fc.nat(10_000_000);

/** The whole life of one candidate: registered, changed in any way its events can, perhaps erased. */
export function candidateHistories(candidateId: string): fc.Arbitrary<CandidateEvent[]> {
  const erased: CandidateStep = { type: 'candidate.erased.v1', data: {} };
  return fc
    .tuple(registered, fc.array(candidateChange, { maxLength: 10 }), fc.boolean(), started)
    .map(([first, changes, isErased, startedAt]) =>
      [first, ...changes, ...(isErased ? [erased] : [])].map(
        (step, at) => eventOf('candidate', candidateId, at + 1, step, startedAt) as CandidateEvent,
      ),
    );
}

/** The whole life of one lead: opened, changed in any way its events can, then perhaps closed, after which nothing
 * changes, perhaps withdrawn. */
export function leadHistories(leadId: string): fc.Arbitrary<LeadEvent[]> {
  const closed = reason.map((data): LeadStep => ({ type: 'lead.closed.v1', data }));
  const withdrawn: LeadStep = { type: 'lead.withdrawn.v1', data: {} };
  return fc
    .tuple(
      opened,
      fc.array(leadChange, { maxLength: 10 }),
      fc.option(closed, { nil: undefined }),
      fc.boolean(),
      started,
    )
    .map(([first, changes, closing, isWithdrawn, startedAt]) =>
      [first, ...changes, ...(closing ? [closing] : []), ...(isWithdrawn ? [withdrawn] : [])].map(
        (step, at) => eventOf('lead', leadId, at + 1, step, startedAt) as LeadEvent,
      ),
    );
}

/** The lives of some candidates and some leads, at least one of each, in one log: every life in its own order, some events twice. */
export const recruitingLogs: fc.Arbitrary<RecruitingEvent[]> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .chain(([candidates, leads]) =>
    fc.tuple(
      ...Array.from({ length: candidates }, (_, at) => candidateHistories(`candidate-${at}`)),
      ...Array.from({ length: leads }, (_, at) => leadHistories(`lead-${at}`)),
    ),
  )
  .chain((lives) => interleaved(lives as RecruitingEvent[][]));

function interleaved(lives: readonly RecruitingEvent[][]): fc.Arbitrary<RecruitingEvent[]> {
  const events = lives.reduce((sum, life) => sum + life.length, 0);
  return fc.array(fc.tuple(fc.nat(), fc.nat(9)), { minLength: events, maxLength: events }).map((choices) => {
    const left = lives.map((life) => [...life]);
    const log: RecruitingEvent[] = [];
    for (const [choice, again] of choices) {
      const at = choice % left.length;
      log.push(left[at]!.shift()!);
      if (again === 0) log.push(log[choice % log.length]!);
      if (left[at]!.length === 0) left.splice(at, 1);
    }
    return log;
  });
}

function eventOf(
  aggregatetype: 'candidate' | 'lead',
  subject: string,
  version: number,
  { type, data }: CandidateStep | LeadStep,
  startedAt: number,
): RecruitingEvent {
  return {
    specversion: '1.0',
    id: `${subject}-${version}`,
    source: '/reprise/recruiting-api',
    type,
    subject,
    time: new Date(Date.UTC(2026, 0, 1) + startedAt + 1_000 * version).toISOString(),
    datacontenttype: 'application/json',
    aggregatetype,
    aggregateversion: version,
    correlationid: 'test',
    data,
    // Type and data come from one step; the compiler does not see through taking them apart.
  } as RecruitingEvent;
}
