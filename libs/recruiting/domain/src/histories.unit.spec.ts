import { itKeepsItsHistory, run, type Command } from '@reprise/aggregate/testing';
import {
  candidateStages,
  recruitingEvents,
  type CandidateEvent,
  type LeadEvent,
} from '@reprise/recruiting-events';
import fc from 'fast-check';
import {
  advanceCandidate,
  changeLead,
  changeProfile,
  closeLead,
  eraseCandidate,
  evolveCandidate,
  evolveLead,
  fillLead,
  openLead,
  proposeCandidate,
  registerCandidate,
  rejectCandidate,
  withdrawLead,
  type CandidateState,
  type LeadState,
} from './index.ts';

type CandidateCommand = Command<CandidateState, CandidateEvent>;
type LeadCommand = Command<LeadState, LeadEvent>;

const text = fc.string({ maxLength: 6 });
const id = '01a1f84a-95c0-7790-9c1c-1f0707070707';

const registration = (data: { name: string; skills: string[] }): CandidateCommand => {
  const all = { ...data, candidateId: id, email: 'a@example.org' };
  return (state, context) => registerCandidate(state, all, context);
};

/** Commands as they come from outside: some are refused, some change nothing, some come too late. */
const candidateCommand: fc.Arbitrary<CandidateCommand> = fc.oneof(
  fc.record({ name: text, skills: fc.array(text, { maxLength: 3 }) }).map(registration),
  fc
    .record({ name: text, email: fc.constantFrom('a@b', 'c@d', 'none'), source: text }, { requiredKeys: [] })
    .map(
      (data): CandidateCommand =>
        (state, context) =>
          changeProfile(state, data, context),
    ),
  {
    weight: 4,
    arbitrary: fc.record({ stage: fc.constantFrom(...candidateStages) }).map(
      (data): CandidateCommand =>
        (state, context) =>
          advanceCandidate(state, data, context),
    ),
  },
  fc.record({ reason: text }, { requiredKeys: [] }).map(
    (data): CandidateCommand =>
      (state, context) =>
        rejectCandidate(state, data, context),
  ),
  fc.constant<CandidateCommand>((state, context) => eraseCandidate(state, {}, context)),
);

const candidates = fc
  .array(candidateCommand, { maxLength: 30 })
  .map((commands) => run([registration({ name: 'Ada', skills: [] }), ...commands]));

const candidateId = fc
  .integer({ min: 1, max: 5 })
  .map((number) => `00000000-0000-4000-8000-00000000000${number}`);

const opening = (headcount: number): LeadCommand => {
  const data = { leadId: id, title: 'Developer', company: 'Halden', headcount };
  return (state, context) => openLead(state, data, context);
};

const leadCommand: fc.Arbitrary<LeadCommand> = fc.oneof(
  fc.integer({ min: 0, max: 4 }).map(opening),
  fc.record({ title: text, headcount: fc.integer({ min: 0, max: 4 }) }, { requiredKeys: [] }).map(
    (data): LeadCommand =>
      (state, context) =>
        changeLead(state, data, context),
  ),
  {
    weight: 4,
    arbitrary: fc.record({ candidateId }).map(
      (data): LeadCommand =>
        (state, context) =>
          proposeCandidate(state, data, context),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record({ candidateId }).map(
      (data): LeadCommand =>
        (state, context) =>
          fillLead(state, data, context),
    ),
  },
  // Of those who were proposed: a lead whose places are all filled is rare among candidates drawn at random.
  {
    weight: 4,
    arbitrary: fc.nat(4).map((pick): LeadCommand => (state, context) => {
      const proposed = state?.proposed ?? [];
      return fillLead(state, { candidateId: proposed[pick % proposed.length] ?? id }, context);
    }),
  },
  fc.record({ reason: text }, { requiredKeys: [] }).map(
    (data): LeadCommand =>
      (state, context) =>
        closeLead(state, data, context),
  ),
  fc.constant<LeadCommand>((state, context) => withdrawLead(state, {}, context)),
);

const leads = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.array(leadCommand, { maxLength: 40, size: 'max' }))
  .map(([headcount, commands]) => run([opening(headcount), ...commands]));

describe('whatever is asked of a candidate', () => {
  itKeepsItsHistory(recruitingEvents, candidates, evolveCandidate);

  it('stages only rise from one application to the next', () => {
    const place = ({ stage }: CandidateState): number => candidateStages.indexOf(stage);
    fc.assert(
      fc.property(candidates, ({ states }) => {
        states.slice(1).forEach((state, index) => {
          const before = states[index]!;
          if (before.status === 'rejected' && state.status === 'active') expect(state.stage).toBe('applied');
          else expect(place(state)).toBeGreaterThanOrEqual(place(before));
        });
      }),
    );
  });

  it('who was hired is never rejected, and who was erased has no name', () => {
    fc.assert(
      fc.property(candidates, ({ states }) => {
        for (const { stage, status, name, email } of states) {
          if (status === 'rejected') expect(stage).not.toBe('hired');
          expect(name === '' && email === '').toBe(status === 'erased');
        }
      }),
    );
  });
});

describe('whatever is asked of a lead', () => {
  itKeepsItsHistory(recruitingEvents, leads, evolveLead);

  it('who is placed was proposed, nobody twice, and never more than are looked for', () => {
    let filledOnes = 0;
    fc.assert(
      fc.property(leads, ({ states }) => {
        for (const { proposed, placed, headcount, status } of states) {
          expect(new Set(proposed).size).toBe(proposed.length);
          expect(new Set(placed).size).toBe(placed.length);
          expect(proposed).toEqual(expect.arrayContaining([...placed]));
          expect(placed.length).toBeLessThanOrEqual(headcount);
          if (status === 'filled') {
            expect(placed.length).toBe(headcount);
            filledOnes += 1;
          }
          if (status === 'open') expect(placed.length).toBeLessThan(headcount);
          if (status === 'withdrawn') expect(placed).toEqual([]);
        }
      }),
    );
    expect(filledOnes).toBeGreaterThan(0);
  });
});
