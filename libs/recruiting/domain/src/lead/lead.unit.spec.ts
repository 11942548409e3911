import { HistoryError } from '@reprise/aggregate';
import { type LeadEvent } from '@reprise/recruiting-events';
import {
  changeLead,
  closeLead,
  evolveLead,
  fillLead,
  mostProposed,
  openLead,
  proposeCandidate,
  withdrawLead,
  type LeadDecision,
  type LeadState,
} from '../index.ts';
import { context, happened } from '@reprise/aggregate/testing';

const candidate = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [ada, bo, cy] = [candidate(1), candidate(2), candidate(3)] as const;

const backend = {
  leadId: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  title: 'Backend developer',
  company: 'Halden AS',
  location: 'Oslo',
  headcount: 2,
};

const opened = happened(openLead(undefined, backend, context(0))).state;
const proposed = [ada, bo, cy].reduce(
  (state, candidateId) => happened(proposeCandidate(state, { candidateId }, context(1))).state,
  opened,
);
const halfFilled = happened(fillLead(proposed, { candidateId: ada }, context(2))).state;
const filled = happened(fillLead(halfFilled, { candidateId: bo }, context(3))).state;
const closed = happened(closeLead(halfFilled, { reason: 'budget' }, context(4))).state;
const withdrawn = happened(withdrawLead(proposed, {}, context(5))).state;

describe('opening a lead', () => {
  it('makes one without candidates, at version 1', () => {
    expect(opened).toEqual({
      ...backend,
      version: 1,
      status: 'open',
      proposed: [],
      placed: [],
      createdAt: '2026-11-20T09:30:00.000Z',
      updatedAt: '2026-11-20T09:30:00.000Z',
    });
  });

  it.each([opened, withdrawn])('is refused for an id that is taken', (state) => {
    expect(openLead(state, backend, context(6))).toMatchObject({ reason: 'lead-already-exists' });
  });
});

describe('a change of details', () => {
  it('names only what differs', () => {
    const { event } = happened(changeLead(opened, { title: backend.title, location: 'Bergen' }, context(6)));
    expect(event).toMatchObject({ type: 'lead.details-changed.v1', data: { location: 'Bergen' } });
    expect(Object.keys(event.data)).toEqual(['location']);
  });

  it('to what is so already is no event', () => {
    const { title, company, location, headcount } = backend;
    expect(changeLead(opened, { title, company, location, headcount }, context(6))).toEqual({
      ok: true,
      event: undefined,
      state: opened,
    });
  });

  it('that looks for more opens a filled lead again, and one that looks for fewer fills it', () => {
    expect(changeLead(filled, { headcount: 3 }, context(6))).toMatchObject({ state: { status: 'open' } });
    expect(changeLead(halfFilled, { headcount: 1 }, context(6))).toMatchObject({
      state: { status: 'filled' },
    });
  });

  it('looks for no fewer than were placed', () => {
    expect(changeLead(filled, { headcount: 1 }, context(6))).toMatchObject({ reason: 'headcount-too-small' });
  });
});

describe('a candidate of a lead', () => {
  it('is proposed once', () => {
    expect(proposed.proposed).toEqual([ada, bo, cy]);
    expect(proposeCandidate(proposed, { candidateId: ada }, context(6))).toMatchObject({ event: undefined });
  });

  it('gets a position after having been proposed, once', () => {
    expect(fillLead(opened, { candidateId: ada }, context(6))).toMatchObject({
      reason: 'candidate-not-proposed',
    });
    expect(halfFilled).toMatchObject({ status: 'open', placed: [ada] });
    expect(fillLead(halfFilled, { candidateId: ada }, context(6))).toMatchObject({ event: undefined });
  });

  it('gets no position where none is free', () => {
    expect(filled).toMatchObject({ status: 'filled', placed: [ada, bo] });
    expect(fillLead(filled, { candidateId: cy }, context(6))).toMatchObject({ reason: 'lead-filled' });
    expect(proposeCandidate(filled, { candidateId: candidate(4) }, context(6))).toMatchObject({
      reason: 'lead-filled',
    });
  });

  it('is one of a limited number', () => {
    const all = Array.from({ length: mostProposed }, (_, index) => candidate(index));
    expect(
      proposeCandidate({ ...opened, proposed: all }, { candidateId: candidate(mostProposed) }, context(6)),
    ).toMatchObject({ reason: 'too-many-candidates' });
    expect(
      proposeCandidate({ ...opened, proposed: all.slice(1) }, { candidateId: candidate(0) }, context(6)),
    ).toMatchObject({ ok: true });
  });
});

describe('a closed lead', () => {
  it('stays as it was, with the reason', () => {
    expect(closed).toMatchObject({ status: 'closed', closingReason: 'budget', placed: [ada] });
    expect(closeLead(closed, { reason: 'again' }, context(6))).toMatchObject({ event: undefined });
    expect(closeLead(filled, {}, context(6))).toMatchObject({ state: { status: 'closed' } });
  });

  it.each<[string, (state: LeadState) => LeadDecision]>([
    ['details', (state) => changeLead(state, { title: 'x' }, context(6))],
    ['proposals', (state) => proposeCandidate(state, { candidateId: candidate(4) }, context(6))],
    ['placements', (state) => fillLead(state, { candidateId: bo }, context(6))],
  ])('takes no %s', (_name, command) => {
    expect(command(closed)).toMatchObject({ reason: 'lead-closed' });
  });
});

describe('withdrawing a lead', () => {
  it('ends its history, also of a closed one', () => {
    expect(withdrawn).toMatchObject({ status: 'withdrawn', version: 5 });
    const never = happened(closeLead(opened, {}, context(6))).state;
    expect(withdrawLead(never, {}, context(7))).toMatchObject({ state: { status: 'withdrawn' } });
  });

  it('is refused once it has placed somebody', () => {
    expect(withdrawLead(closed, {}, context(6))).toMatchObject({ reason: 'lead-has-placements' });
  });

  const commands: Record<string, (state?: LeadState) => LeadDecision> = {
    changeLead: (state) => changeLead(state, { title: 'x' }, context(6)),
    proposeCandidate: (state) => proposeCandidate(state, { candidateId: ada }, context(6)),
    fillLead: (state) => fillLead(state, { candidateId: ada }, context(6)),
    closeLead: (state) => closeLead(state, {}, context(6)),
    withdrawLead: (state) => withdrawLead(state, {}, context(6)),
  };

  it.each(Object.entries(commands))('leaves nothing for %s, like a lead that never was', (_name, command) => {
    expect(command(withdrawn)).toMatchObject({ ok: false, reason: 'lead-withdrawn' });
    expect(command(undefined)).toMatchObject({ ok: false, reason: 'lead-not-found' });
  });
});

it.each<[string, LeadDecision]>([
  ['headcount must be >= 1', changeLead(opened, { headcount: 0 }, context(1))],
  ['headcount must be integer', changeLead(opened, { headcount: 1.5 }, context(1))],
  ['headcount must be <= 1000', openLead(undefined, { ...backend, headcount: 1_001 }, context(1))],
  ['candidateId must match pattern', proposeCandidate(opened, { candidateId: 'ada' }, context(1))],
])('what an event cannot carry is refused: %s', (detail, decision) => {
  expect(decision).toMatchObject({ ok: false, reason: 'invalid-value' });
  expect(!decision.ok && decision.detail).toContain(detail);
});

describe('evolveLead refuses a damaged history', () => {
  const { event: opening } = happened(openLead(undefined, backend, context(0)));
  const { event: closing } = happened(closeLead(opened, {}, context(1)));

  it.each<[string, LeadState | undefined, LeadEvent]>([
    ['an event before the first', undefined, { ...closing, aggregateversion: 1 }],
    ['a gap', opened, { ...closing, aggregateversion: 3 }],
    ['a second opening', opened, opening],
    ['an event of another lead', opened, { ...closing, subject: 'other' }],
    ['an event after the withdrawal', withdrawn, { ...closing, aggregateversion: 6 }],
  ])('%s', (_name, state, event) => {
    expect(() => evolveLead(state, event)).toThrow(HistoryError);
  });
});
