import { defineEvents, jsonData, type EventEnvelope } from '@reprise/events';
import { changesOf } from './changes.ts';
import { refuse, unchanged } from './decision.ts';

interface Counter {
  readonly version: number;
  readonly total: number;
}
type Counted = EventEnvelope<'counter.counted.v1', { readonly by: number }, 'counter'>;

const events = defineEvents({
  aggregates: {
    counter: {
      'counter.counted.v1': {
        data: jsonData<{ readonly by: number }>({
          type: 'object',
          properties: { by: { type: 'integer', minimum: 1 } },
          required: ['by'],
        }),
      },
    },
  },
});
const change = changesOf<Counter, Counted>({
  aggregateType: 'counter',
  source: '/counters',
  findViolation: events.violationOf,
  evolve: (state, { aggregateversion: version, data }) => ({ version, total: (state?.total ?? 0) + data.by }),
});
const context = { eventId: 'e-1', time: new Date(0), correlationId: 'c-1' };

describe('a change of an aggregate', () => {
  it('is one event at the version after the state, in its envelope, and the state after it', () => {
    const first = change(undefined, 'a', 'counter.counted.v1', { by: 2 }, context);
    expect(first).toEqual({
      ok: true,
      event: {
        specversion: '1.0',
        id: 'e-1',
        source: '/counters',
        type: 'counter.counted.v1',
        subject: 'a',
        time: '1970-01-01T00:00:00.000Z',
        datacontenttype: 'application/json',
        aggregatetype: 'counter',
        aggregateversion: 1,
        correlationid: 'c-1',
        data: { by: 2 },
      },
      state: { version: 1, total: 2 },
    });
    const traced = {
      ...context,
      causationId: 'e-0',
      traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
      actor: 'key:0123456789abcdef',
    };
    const next = change({ version: 6, total: 5 }, 'a', 'counter.counted.v1', { by: 1 }, traced);
    expect(next).toMatchObject({
      event: {
        aggregateversion: 7,
        causationid: 'e-0',
        traceparent: traced.traceparent,
        actor: traced.actor,
      },
      state: { version: 7, total: 6 },
    });
  });

  it('is refused by the field where its event could not be written, and nothing is folded', () => {
    expect(change(undefined, 'a', 'counter.counted.v1', { by: 0 }, context)).toEqual(
      refuse('invalid-value', 'by must be >= 1'),
    );
  });

  it('may be none', () => {
    expect(unchanged({ version: 1 })).toEqual({ ok: true, event: undefined, state: { version: 1 } });
  });
});
