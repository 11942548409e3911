import { defineEvents, ignored, partitionOfKey } from '../index.ts';
import { ticketEnvelope, ticketOptions } from '../testing/ticket-contract.ts';
import { canaryAggregateType, canaryCount, canaryEventType, canaryId, isCanary } from './canary.ts';

const turns = Array.from({ length: canaryCount }, (_, turn) => turn);

describe('the ids of canaries', () => {
  const ids = turns.map(canaryId);

  it('are bounded in number, and the same for a turn on every machine', () => {
    expect(new Set(ids).size).toBe(canaryCount);
    expect(canaryId(canaryCount + 7)).toBe(ids[7]);
    expect(ids[7]).toMatch(/^63616e61-7279-8000-8007-[0-9a-f]{12}$/);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 24, 30, 40, 60])(
    'reach one partition of %i after the other',
    (partitions) => {
      const reached = ids.map((id) => partitionOfKey(id, partitions));
      expect(reached).toEqual(turns.map((turn) => turn % partitions));
    },
  );

  it('reach every partition of topics with other numbers of them, up to 100', () => {
    for (const partitions of [9, 11, 13, 16, 18, 25, 32, 36, 48, 50, 64, 72, 96, 99, 100])
      expect(new Set(ids.map((id) => partitionOfKey(id, partitions))).size).toBe(partitions);
  });
});

describe('a canary', () => {
  const text = (more: object = {}) =>
    JSON.stringify(
      ticketEnvelope(canaryEventType, 3, { aggregatetype: canaryAggregateType, data: {}, ...more }),
    );

  it('is an event of every contract, and none that it declares', () => {
    const tickets = defineEvents(ticketOptions);
    const read = tickets.read(text());
    if (!read.ok) throw new Error(read.message);
    expect(isCanary(read.event)).toBe(true);
    expect(tickets.types).not.toContain(canaryEventType);
    expect(tickets.aggregateTypes).not.toContain(canaryAggregateType);
    expect([...tickets.schemas.byType.keys()]).not.toContain(canaryEventType);
  });

  it('says nothing, and is refused when it does', () => {
    expect(defineEvents(ticketOptions).read(text({ data: { secret: 1 } }))).toMatchObject({
      ok: false,
      reason: 'schema-violated',
    });
  });

  it('has a name that no contract may declare', () => {
    const types = { 'a.v1': { data: ignored } };
    expect(() => defineEvents({ aggregates: { [canaryAggregateType]: types } })).toThrow('which is reserved');
    expect(() => defineEvents({ aggregates: { a: { [canaryEventType]: { data: ignored } } } })).toThrow(
      'which is reserved',
    );
  });
});
