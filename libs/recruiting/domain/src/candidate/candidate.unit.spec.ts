import { HistoryError } from '@reprise/aggregate';
import { recruitingEvents, type CandidateEvent, type CandidateStage } from '@reprise/recruiting-events';
import {
  advanceCandidate,
  changeProfile,
  eraseCandidate,
  evolveCandidate,
  registerCandidate,
  rejectCandidate,
  type CandidateDecision,
  type CandidateState,
} from '../index.ts';
import { context, happened } from '@reprise/aggregate/testing';

const ada = {
  candidateId: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  name: 'Ada Nyström',
  email: 'ada@example.org',
  source: 'job board',
  skills: ['Kafka'],
};

const registered = happened(registerCandidate(undefined, ada, context(0))).state;
const inStage = (stage: CandidateStage): CandidateState =>
  happened(advanceCandidate(registered, { stage }, context(1))).state;
const rejected = happened(rejectCandidate(inStage('offer'), { reason: 'withdrew' }, context(2))).state;
const erased = happened(eraseCandidate(rejected, {}, context(3))).state;

describe('registering a candidate', () => {
  it('makes one who has applied, at version 1', () => {
    expect(registered).toEqual({
      ...ada,
      version: 1,
      stage: 'applied',
      status: 'active',
      createdAt: '2026-11-20T09:30:00.000Z',
      updatedAt: '2026-11-20T09:30:00.000Z',
    });
  });

  it('yields the event in its envelope', () => {
    const { candidateId, ...data } = ada;
    const { event } = happened(registerCandidate(undefined, ada, context(0)));
    expect(event).toEqual({
      specversion: '1.0',
      id: 'event-0',
      source: '/reprise/recruiting-api',
      type: 'candidate.registered.v1',
      subject: candidateId,
      time: '2026-11-20T09:30:00.000Z',
      datacontenttype: 'application/json',
      aggregatetype: 'candidate',
      aggregateversion: 1,
      correlationid: 'request-1',
      data,
    });
    expect(recruitingEvents.read(recruitingEvents.encode(event))).toEqual({ ok: true, event });
  });

  it.each([registered, erased])('is refused for an id that is taken', (state) => {
    expect(registerCandidate(state, ada, context(4))).toMatchObject({ reason: 'candidate-already-exists' });
  });
});

describe('a profile', () => {
  it('is changed in what differs only, also of a rejected candidate', () => {
    const { event, state } = happened(
      changeProfile(rejected, { name: ada.name, skills: ['Kafka', 'Go'] }, context(5)),
    );
    expect(event.data).toEqual({ skills: ['Kafka', 'Go'] });
    expect(state).toEqual({
      ...rejected,
      skills: ['Kafka', 'Go'],
      version: 4,
      updatedAt: '2026-11-20T09:30:05.000Z',
    });
  });

  it.each([{}, { name: ada.name, email: ada.email, source: ada.source, skills: ada.skills }])(
    'that is so already is no event: %j',
    (data) => {
      expect(changeProfile(registered, data, context(5))).toEqual({
        ok: true,
        event: undefined,
        state: registered,
      });
    },
  );
});

describe('a candidate on the way', () => {
  it('goes ahead and may skip stages', () => {
    expect(inStage('screening')).toMatchObject({ stage: 'screening', status: 'active', version: 2 });
    expect(inStage('hired')).toMatchObject({ stage: 'hired', status: 'active' });
  });

  it('never goes back', () => {
    expect(advanceCandidate(inStage('offer'), { stage: 'interview' }, context(5))).toEqual({
      ok: false,
      reason: 'stage-not-ahead',
      detail: `Candidate ${ada.candidateId} is in stage offer, past interview.`,
    });
  });

  it('is in a stage only once', () => {
    expect(advanceCandidate(registered, { stage: 'applied' }, context(5))).toMatchObject({
      ok: true,
      event: undefined,
    });
  });

  it('keeps the stage when rejected, and the reason', () => {
    expect(rejected).toMatchObject({ stage: 'offer', status: 'rejected', rejectionReason: 'withdrew' });
    expect(rejectCandidate(rejected, { reason: 'again' }, context(5))).toMatchObject({ event: undefined });
  });

  it('once rejected can only apply again, and starts over', () => {
    expect(advanceCandidate(rejected, { stage: 'hired' }, context(5))).toMatchObject({
      reason: 'candidate-rejected',
    });
    const { state } = happened(advanceCandidate(rejected, { stage: 'applied' }, context(5)));
    expect(state).toMatchObject({ stage: 'applied', status: 'active' });
    expect(state).not.toHaveProperty('rejectionReason');
    const early = happened(rejectCandidate(registered, {}, context(5))).state;
    expect(advanceCandidate(early, { stage: 'applied' }, context(6))).toMatchObject({
      state: { status: 'active', version: 3 },
    });
  });

  it('once hired cannot be rejected', () => {
    expect(rejectCandidate(inStage('hired'), {}, context(5))).toMatchObject({ reason: 'candidate-hired' });
  });
});

describe('an erased candidate', () => {
  it('has nothing personal left', () => {
    expect(erased).toEqual({
      candidateId: ada.candidateId,
      version: 4,
      stage: 'offer',
      status: 'erased',
      name: '',
      email: '',
      skills: [],
      createdAt: '2026-11-20T09:30:00.000Z',
      updatedAt: '2026-11-20T09:30:03.000Z',
    });
  });

  const commands: Record<string, (state?: CandidateState) => CandidateDecision> = {
    changeProfile: (state) => changeProfile(state, { name: 'x' }, context(6)),
    advanceCandidate: (state) => advanceCandidate(state, { stage: 'hired' }, context(6)),
    rejectCandidate: (state) => rejectCandidate(state, {}, context(6)),
    eraseCandidate: (state) => eraseCandidate(state, {}, context(6)),
  };

  it.each(Object.entries(commands))('takes no %s, and neither does one that never was', (_name, command) => {
    expect(command(erased)).toMatchObject({ ok: false, reason: 'candidate-erased' });
    expect(command(undefined)).toEqual({
      ok: false,
      reason: 'candidate-not-found',
      detail: 'There is no such candidate.',
    });
  });
});

it.each<[string, CandidateDecision]>([
  ['name must NOT have fewer than 1 characters', changeProfile(registered, { name: '' }, context(1))],
  ['email must match pattern', changeProfile(registered, { email: 'no address' }, context(1))],
  ['skills must NOT have more', changeProfile(registered, { skills: Array(51).fill('x') }, context(1))],
  ['stage must be equal to one of', advanceCandidate(registered, { stage: 'cv' as never }, context(1))],
  ['reason must NOT have fewer', rejectCandidate(registered, { reason: '' }, context(1))],
])('what an event cannot carry is refused: %s', (detail, decision) => {
  expect(decision).toMatchObject({ ok: false, reason: 'invalid-value' });
  expect(!decision.ok && decision.detail).toContain(detail);
});

describe('evolveCandidate refuses a damaged history', () => {
  const { event: registration } = happened(registerCandidate(undefined, ada, context(0)));
  const { event: rejection } = happened(rejectCandidate(registered, {}, context(1)));

  it.each<[string, CandidateState | undefined, CandidateEvent]>([
    ['an event before the first', undefined, { ...rejection, aggregateversion: 1 }],
    ['a gap', registered, { ...rejection, aggregateversion: 3 }],
    ['a repetition', inStage('offer'), rejection],
    ['a second registration', registered, registration],
    ['an event of somebody else', registered, { ...rejection, subject: 'other' }],
    ['an event after the erasure', erased, { ...rejection, aggregateversion: 5 }],
  ])('%s', (_name, state, event) => {
    expect(() => evolveCandidate(state, event)).toThrow(HistoryError);
  });
});
