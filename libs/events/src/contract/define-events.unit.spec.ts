import fc from 'fast-check';
import { z } from 'zod';
import {
  cloudEvents,
  defineEvents,
  ignored,
  jsonData,
  type RecordContext,
  type StandardSchema,
} from '../index.ts';
import { ticketEnvelope, ticketOptions } from '../testing/ticket-contract.ts';

const tickets = defineEvents(ticketOptions);
const textOf = (type: string, version: number, more: object = {}) =>
  JSON.stringify(ticketEnvelope(type, version, more));
const at = (position: bigint): RecordContext => ({
  key: null,
  header: () => undefined,
  position: () => position,
});

describe('a contract', () => {
  it('reads the types of all its aggregates and no others', () => {
    expect(tickets.types).toEqual([
      'ticket.opened.v1',
      'ticket.seen.v1',
      'ticket.closed.v1',
      'agent.moved.v1',
    ]);
    expect(tickets.aggregateTypes).toEqual(['ticket', 'agent']);
    expect(tickets.read(textOf('ticket.opened.v1', 1))).toMatchObject({ ok: true });
    expect(tickets.read(textOf('agent.moved.v1', 1))).toMatchObject({ ok: true });
    expect(tickets.read(textOf('ticket.lost.v1', 1))).toMatchObject({ ok: false, reason: 'unknown-type' });
  });

  it('refuses an event under another aggregate than its own', () => {
    expect(tickets.read(textOf('ticket.seen.v1', 2, { aggregatetype: 'agent' }))).toMatchObject({
      ok: false,
      message: 'schema violated: /aggregatetype must be "ticket"',
    });
  });

  it('checks the data of a type, and of an ignored one the envelope only', () => {
    expect(tickets.read(textOf('ticket.opened.v1', 1, { data: { title: 7 } }))).toMatchObject({
      path: '/data/title',
    });
    expect(tickets.read(textOf('ticket.seen.v1', 2, { data: { anything: [1] } }))).toMatchObject({
      ok: true,
    });
    expect(tickets.read(textOf('ticket.seen.v1', 2, { subject: '' }))).toMatchObject({ path: '/subject' });
  });

  it('names every type whose schema is none when asked, and neither writes an event of one nor reads it unchecked', () => {
    const { ticket, agent } = ticketOptions.aggregates;
    const wrong = defineEvents({
      aggregates: {
        ticket: { ...ticket, 'a.v1': { data: jsonData({ type: 'text' }) } },
        agent: {
          ...agent,
          'b.v1': { data: jsonData({ propertys: {} }) },
          'c.v1': { data: jsonData({ minLength: -1 }) },
        },
      },
    });
    expect(wrong.problems()).toEqual([
      expect.stringMatching(/^a\.v1: /),
      expect.stringMatching(/^b\.v1: .*propertys/),
      expect.stringMatching(/^c\.v1: schema is invalid: .*minLength must be >= 0/),
    ]);
    expect(defineEvents(ticketOptions).problems()).toEqual([]);
    const event = (type: string) => ticketEnvelope(type, 1) as never;
    for (let times = 0; times < 2; times++) {
      expect(() => wrong.encode(event('c.v1'))).toThrow(
        /^The event was not read or written: the schema of c\.v1 is declared wrong\. .*minLength must be >= 0/,
      );
      expect(() => wrong.read(textOf('b.v1', 1))).toThrow(
        /the schema of b\.v1 is declared wrong\. .*propertys/,
      );
    }
    expect(wrong.violationOf(event('ticket.opened.v1'))).toBeUndefined();
    expect(wrong.read(textOf('ticket.opened.v1', 1))).toMatchObject({ ok: true });
  });

  it('names every problem of a declaration at once', () => {
    const uncounted = { ...cloudEvents(), counts: false };
    expect(() =>
      defineEvents({
        aggregates: { ticket: { 'a.v1': { data: ignored } }, agent: { 'a.v1': { data: ignored } } },
        upcasters: [
          { from: 'a.v0', to: 'b.v1', upcast: (data) => ({ ok: true, data }) },
          { from: 'a.v1', to: 'a.v0', upcast: (data) => ({ ok: true, data }) },
        ],
        reader: uncounted,
      }),
    ).toThrow(
      'These events cannot be declared: a.v1 of agent belongs to another aggregate as well; the upcasters of a.v0 lead to no ' +
        'current type; a.v1 is a current type and has an upcaster; the upcasters of a.v1 lead to no current type; no version ' +
        'source: CloudEvents as it is read here counts no events; name the count, or order by position.',
    );
    expect(() => defineEvents({ aggregates: {} })).toThrow('no event type is declared');
  });

  it('follows a chain of upcasters that never ends no further than once', () => {
    const step = (from: string, to: string) => ({
      from,
      to,
      upcast: (data: object) => ({ ok: true as const, data: { ...data } }),
    });
    const upcasters = [step('a.v0', 'a.v00'), step('a.v00', 'a.v0')];
    expect(() => defineEvents({ aggregates: { a: { 'a.v1': { data: ignored } } }, upcasters })).toThrow(
      'the upcasters of a.v0 lead to no current type',
    );
  });

  it('lifts an older type step by step, and names it as it was sent when that fails', () => {
    const contract = defineEvents({
      aggregates: {
        a: {
          'a.v2': {
            data: jsonData<{ n: number }>({ type: 'object', properties: { n: { type: 'integer' } } }),
          },
        },
      },
      upcasters: [
        { from: 'a.v0', to: 'a.v1', upcast: ({ text }) => ({ ok: true, data: { count: text } }) },
        { from: 'a.v1', to: 'a.v2', upcast: ({ count }) => ({ ok: true, data: { n: Number(count) } }) },
      ],
    });
    const envelope = (data: object) =>
      JSON.stringify(ticketEnvelope('a.v0', 1, { aggregatetype: 'a', data }));
    expect(contract.read(envelope({ text: '7' }))).toMatchObject({
      event: { type: 'a.v2', data: { n: 7 } },
    });
    expect(contract.read(envelope({ text: 'seven' }))).toMatchObject({
      reason: 'schema-violated',
      path: '/data/n',
      type: 'a.v0',
    });
  });
});

describe('a Standard Schema', () => {
  const even: StandardSchema<{ half: number }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        const { n } = value as { n: number };
        return n % 2 === 0
          ? { value: { half: n / 2 } }
          : { issues: [{ message: 'must be even', path: ['n', { key: 'a/b' }] }] };
      },
    },
  };
  const contract = defineEvents({ aggregates: { a: { 'a.v1': { data: even } } } });
  const envelope = (data: object) => JSON.stringify(ticketEnvelope('a.v1', 1, { aggregatetype: 'a', data }));

  it('gives the event its output, or says where its input is wrong', () => {
    const result = contract.read(envelope({ n: 8 }));
    if (!result.ok) throw new Error(result.message);
    const half: number = result.event.data.half;
    expect(half).toBe(4);
    expect(contract.read(envelope({ n: 7 }))).toMatchObject({
      message: 'schema violated: /data/n/a~1b must be even',
    });
  });

  it('can be one of zod, whose output and issues are used', () => {
    const moved = z.object({
      desk: z.coerce.number().int().min(1),
      tags: z.array(z.string().max(3)).default([]),
    });
    const contract = defineEvents({ aggregates: { a: { 'a.v1': { data: moved } } } });
    const result = contract.read(envelope({ desk: '7', more: true }));
    if (!result.ok) throw new Error(result.message);
    const desk: number = result.event.data.desk;
    expect(desk).toBe(7);
    expect(result.event.data).toEqual({ desk: 7, tags: [] });
    expect(contract.read(envelope({ desk: 0 }))).toMatchObject({
      message: 'schema violated: /data/desk Too small: expected number to be >=1',
    });
    expect(contract.read(envelope({ desk: 1, tags: ['a', 'long'] }))).toMatchObject({ path: '/data/tags/1' });
    const later = defineEvents({ aggregates: { a: { 'a.v1': { data: moved.refine(async () => true) } } } });
    expect(() => later.read(envelope({ desk: 1 }))).toThrow(
      'a zod schema of event data validates asynchronously',
    );
  });

  it('is not asked again of an event that was kept meanwhile', () => {
    const result = contract.read(envelope({ n: 8 }));
    if (!result.ok) throw new Error(result.message);
    const kept = JSON.parse(JSON.stringify(result.event)) as Record<string, unknown>;
    expect(contract.restore(kept)).toEqual(result.event);
    expect(() => contract.restore({ ...kept, type: 'b.v1' })).toThrow('there is no event type b.v1 here');
  });

  it('is refused where it validates asynchronously', () => {
    const slow: StandardSchema<object> = {
      '~standard': { version: 1, vendor: 'slow', validate: () => Promise.reject(new Error('late')) },
    };
    const contract = defineEvents({ aggregates: { a: { 'a.v1': { data: slow } } } });
    expect(() => contract.read(envelope({}))).toThrow('a slow schema of event data validates asynchronously');
  });
});

describe('the version of an event', () => {
  it('is one more than its position where the contract orders by position, whatever the envelope says', () => {
    const byPosition = defineEvents({ ...ticketOptions, versions: 'position' });
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 53n - 2n }), fc.integer(), (position, said) => {
        expect(byPosition.read(textOf('ticket.opened.v1', said), at(position))).toMatchObject({
          ok: true,
          event: { aggregateversion: Number(position) + 1 },
        });
      }),
    );
    expect(() => byPosition.read(textOf('ticket.opened.v1', 1))).toThrow(TypeError);
  });

  it('is 1 for a beginning and more for the rest of such a life, where the envelope counts', () => {
    expect(tickets.read(textOf('ticket.opened.v1', 2))).toMatchObject({ path: '/aggregateversion' });
    expect(tickets.read(textOf('ticket.seen.v1', 1))).toMatchObject({ path: '/aggregateversion' });
    expect(tickets.read(textOf('agent.moved.v1', 1))).toMatchObject({ ok: true });
  });
});

describe('the life of an aggregate', () => {
  const event = (type: string) => ticketEnvelope(type, 3) as never;

  it('begins with its beginning and has one', () => {
    expect(() => tickets.assertNext('unborn', event('ticket.opened.v1'))).not.toThrow();
    expect(() => tickets.assertNext('unborn', event('ticket.seen.v1'))).toThrow(
      'ticket.seen.v1 is event 3 of ticket t-1; only ticket.opened.v1 can be the first',
    );
    expect(() => tickets.assertNext('alive', event('ticket.opened.v1'))).toThrow('exists already');
  });

  it('is over after its end', () => {
    expect(tickets.ends('ticket.closed.v1')).toBe(true);
    expect(tickets.ends('ticket.seen.v1')).toBe(false);
    expect(() => tickets.assertNext('alive', event('ticket.closed.v1'))).not.toThrow();
    for (const type of ['ticket.seen.v1', 'ticket.closed.v1'])
      expect(() => tickets.assertNext('ended', event(type))).toThrow('accepts no more events');
  });

  it('begins with any event where none is declared to begin it', () => {
    expect(() => tickets.assertNext('unborn', event('agent.moved.v1'))).not.toThrow();
    expect(() => tickets.assertNext('alive', event('agent.moved.v1'))).not.toThrow();
  });
});
