import fc from 'fast-check';
import { recruitingEvents, type RecruitingEvent } from './index.ts';
import { recruitingEvent } from './testing/recruiting-event-arbitrary.ts';

const registered = {
  specversion: '1.0',
  id: '01a1f84b-840f-7197-89f6-239ea9b4bfca',
  source: '/reprise/recruiting-api',
  type: 'candidate.registered.v1',
  subject: '01a1f84a-95c0-7790-9c1c-1f0707070707',
  time: '2026-11-20T09:31:01.007Z',
  datacontenttype: 'application/json',
  aggregatetype: 'candidate',
  aggregateversion: 1,
  correlationid: '01a1f84b-840f-7770-a424-250909090909',
  data: { name: 'Ada', email: 'ada@example.org', skills: [] as unknown[] },
};

const read = (value: object) => recruitingEvents.read(JSON.stringify(value));

it('events are read as they were written, whatever the order of their keys', () => {
  fc.assert(
    fc.property(recruitingEvent, (event) => {
      const text = recruitingEvents.encode(event);
      expect(recruitingEvents.read(Buffer.from(text))).toEqual({ ok: true, event });
      const backwards = Object.fromEntries(Object.entries(event).reverse()) as unknown as RecruitingEvent;
      expect(recruitingEvents.encode(backwards)).toBe(text);
    }),
  );
});

describe('the contract refuses', () => {
  it.each([
    ['a candidate without a name', { data: { ...registered.data, name: '' } }, '/data/name'],
    ['an address without @', { data: { ...registered.data, email: 'ada' } }, '/data/email'],
    ['an address with a space', { data: { ...registered.data, email: 'a da@example.org' } }, '/data/email'],
    ['skills that are none', { data: { ...registered.data, skills: [7] } }, '/data/skills/0'],
    ['a member it does not know', { data: { ...registered.data, age: 30 } }, '/data/age'],
    ['a registration that is not the first event', { aggregateversion: 2 }, '/aggregateversion'],
    ['a first event that is no registration', { type: 'candidate.erased.v1', data: {} }, '/aggregateversion'],
    [
      'a stage there is not',
      { type: 'candidate.advanced.v1', aggregateversion: 2, data: { stage: 'cv' } },
      '/data/stage',
    ],
    [
      'a candidate of a lead that is no UUID',
      {
        type: 'lead.filled.v1',
        aggregatetype: 'lead',
        aggregateversion: 2,
        data: { candidateId: 'ada' },
      },
      '/data/candidateId',
    ],
    [
      'a lead that looks for nobody',
      {
        type: 'lead.opened.v1',
        aggregatetype: 'lead',
        data: { title: 'a', company: 'b', headcount: 0 },
      },
      '/data/headcount',
    ],
    [
      'an event of a lead under a candidate',
      { type: 'lead.closed.v1', aggregateversion: 2, data: {} },
      '/aggregatetype',
    ],
  ])('%s', (_name, change, path) => {
    expect(read({ ...registered, ...change })).toMatchObject({ ok: false, reason: 'schema-violated', path });
  });
});

it('a life begins with registration or opening, and ends with erasure or withdrawal only', () => {
  const ending = recruitingEvents.types.filter((type) => recruitingEvents.ends(type));
  expect(ending).toEqual(['candidate.erased.v1', 'lead.withdrawn.v1']);
  const beginning = recruitingEvents.types.filter((type) => {
    const event = { ...registered, type, aggregatetype: type.split('.')[0]! };
    try {
      recruitingEvents.assertNext('unborn', event);
      return true;
    } catch {
      return false;
    }
  });
  expect(beginning).toEqual(['candidate.registered.v1', 'lead.opened.v1']);
});
