import { defineEvents, jsonData, plainJson } from '@reprise/events';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import { defineProjection, ignore, put, remove } from '@reprise/read-model-projections';
import fc from 'fast-check';
import type { TriedEvent } from './history.ts';
import { tryProjection } from './try-projection.ts';

interface Account {
  readonly balance: number;
  readonly last: string;
}
const storage: ElasticsearchStorage<Account> = {
  kind: 'elasticsearch',
  schemaVersion: 1,
  properties: { balance: { type: 'long' }, last: { type: 'keyword' } },
};
const amount = jsonData<{ by: number }>({
  type: 'object',
  properties: { by: { type: 'integer' } },
  required: ['by'],
});
const anything = jsonData<object>({ type: 'object' });

/** Accounts whose events are ordered by a count, or by their position. */
function accountsBy(versions: 'sequence' | 'position', name = 'accounts') {
  const events = defineEvents({
    aggregates: {
      account: {
        opened: { begins: true, data: anything },
        paid: { data: amount },
        hidden: { data: anything },
        closed: { ends: true, data: anything },
      },
      owner: { met: { data: anything } },
    },
    versions,
    reader: plainJson({
      ...{ type: { header: 'type' }, aggregateId: { key: true }, time: { header: 'time' } },
      ...(versions === 'sequence' && { version: { header: 'version' } }),
    }),
  });
  return defineProjection(events, {
    ...{ name, version: 1, aggregate: 'account', storage },
    on: {
      opened: ({ time }) => put({ balance: 0, last: time }),
      paid: ({ data, time }, { balance }) => put({ balance: balance + data.by, last: time }),
      hidden: () => remove(),
    },
  });
}

const accounts = accountsBy('sequence');
const of = (type: string, more: Partial<TriedEvent> = {}): TriedEvent => ({
  type,
  aggregateId: 'a',
  ...more,
});

describe('trying a projection', () => {
  it('reads records as they lie in the topic, with their headers', async () => {
    const headers = { type: 'opened', time: '2026-11-20T09:31:01Z', version: '1' };
    const { documents, poison } = await tryProjection(accounts, [
      { key: 'a', value: '{}', headers },
      { key: 'a', value: null, headers: { ...headers, type: 'paid', version: '2' } },
    ]);
    expect([...documents]).toEqual([['a', { balance: 0, last: '2026-11-20T09:31:01Z' }]]);
    expect(poison).toMatchObject([{ index: 1 }]);
  });

  it('keeps the version of a document that is gone for now, and of a life that has ended', async () => {
    const hidden = await tryProjection(accounts, [
      of('opened'),
      of('hidden'),
      of('paid', { data: { by: 1 } }),
    ]);
    expect(hidden.kept.get('a')).toMatchObject({ version: 3, tombstone: 'removed' });
    const ended = await tryProjection(accounts, [of('opened'), of('closed')]);
    expect(ended.kept.get('a')).toMatchObject({ version: 2, tombstone: 'ended' });
    expect([hidden.documents.size, ended.documents.size]).toEqual([0, 0]);
  });

  it('passes events of other aggregates by, and counts each aggregate', async () => {
    const { kept } = await tryProjection(accounts, [
      of('opened'),
      of('met', { aggregateId: 'b' }),
      of('opened', { aggregateId: 'c' }),
      of('paid', { data: { by: 5 } }),
    ]);
    expect([...kept].map(([id, { version }]) => [id, version])).toEqual([
      ['a', 2],
      ['c', 1],
    ]);
  });

  it('reports documents that the storage does not take', async () => {
    const careless = { ...accounts, evolve: () => put({ balance: 1, last: '', extra: true }) };
    const { refused } = await tryProjection(careless, [of('opened')]);
    expect(refused).toEqual([{ id: 'a', version: 1, reason: 'the storage has no field extra' }]);
  });

  it('refuses a projection that is no function of its events', async () => {
    let calls = 0;
    const impure = { ...accounts, evolve: () => put({ balance: calls++, last: '' }) };
    await expect(tryProjection(impure, [of('opened')])).rejects.toThrow(
      'made two documents of the same events of a',
    );
    await expect(tryProjection({ ...accounts, evolve: ignore }, [of('opened')])).resolves.toMatchObject({
      held: [],
    });
  });

  it.each(['sequence', 'position'] as const)(
    'gives by %s what the plainest fold gives of any history, whatever order and duplicates a log has',
    async (versions) => {
      const projection = accountsBy(versions);
      await fc.assert(
        fc.asyncProperty(careless, async (events) => {
          const tried = versions === 'sequence' ? events : events.map(({ version: _, ...others }) => others);
          const { documents, held } = await tryProjection(projection, tried);
          const lives = versions === 'sequence' ? livesByCount(events) : livesAsTheyLie(events);
          const expected = [...lives].flatMap(([id, life]) => {
            const balance = balanceOf(life);
            return balance === undefined ? [] : [[id, balance] as const];
          });
          expect([...documents].map(([id, { balance }]) => [id, balance]).sort()).toEqual(expected.sort());
          if (versions === 'position') expect(held).toEqual([]);
        }),
        { numRuns: 100 },
      );
    },
  );
});

type Counted = TriedEvent & { readonly version: number };

/** Lives of a few accounts, in an order that keeps to versions only roughly; some events are missing, some come twice. */
const careless: fc.Arbitrary<Counted[]> = fc
  .array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 }), { minLength: 1, maxLength: 4 })
  .chain((accountsPaid) => {
    const events = accountsPaid.flatMap((paid, account) => {
      const aggregateId = `account-${account}`;
      const life = [
        'opened',
        ...paid.map((by) => (by === 9 ? 'hidden' : 'paid')),
        ...(paid.length > 4 ? ['closed'] : []),
      ];
      return life.map((type, at): Counted => ({
        type,
        aggregateId,
        version: at + 1,
        data: { by: paid[at - 1] ?? 0 },
      }));
    });
    const order = fc.array(fc.nat(300), { minLength: events.length, maxLength: events.length });
    return fc
      .tuple(order, fc.subarray(events), fc.subarray(events, { maxLength: 1 }))
      .map(([at, twice, lost]) => {
        const placed = events.map((event, index) => ({ event, at: event.version * 100 + at[index]! }));
        const again = twice.map((event) => ({ event, at: event.version * 100 + 350 }));
        return [...placed, ...again]
          .sort((a, b) => a.at - b.at)
          .map(({ event }) => event)
          .filter((event) => !lost.includes(event));
      });
  });

/** Of each account, its events in the order of their versions, each once, up to the first that is missing. */
function livesByCount(events: readonly Counted[]): Map<string, Counted[]> {
  const lives = new Map<string, Counted[]>();
  for (const id of new Set(events.map(({ aggregateId }) => String(aggregateId)))) {
    const own = new Map(
      events.filter((event) => event.aggregateId === id).map((event) => [event.version, event]),
    );
    const life: Counted[] = [];
    for (let next = own.get(1); next; next = own.get(life.length + 1)) life.push(next);
    lives.set(id, life);
  }
  return lives;
}

/** Of each account, its events as they lie, without those that its life cannot have there. */
function livesAsTheyLie(events: readonly Counted[]): Map<string, Counted[]> {
  const lives = new Map<string, Counted[]>();
  for (const event of events) {
    const id = String(event.aggregateId);
    const life = lives.get(id) ?? [];
    const isBirth = event.type === 'opened';
    if (life.at(-1)?.type === 'closed' || isBirth !== (life.length === 0)) continue;
    lives.set(id, [...life, event]);
  }
  return lives;
}

/** What a life comes to; undefined where no document is left. */
function balanceOf(life: readonly Counted[]): number | undefined {
  let balance: number | undefined;
  for (const { type, data } of life) {
    if (type === 'opened') balance = 0;
    if (type === 'paid' && balance !== undefined) balance += (data as { by: number }).by;
    if (type === 'hidden' || type === 'closed') balance = undefined;
  }
  return balance;
}
