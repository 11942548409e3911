import { type ProductEvent, productEvents } from '@reprise/product-events';
import { feedEvents } from '@reprise/read-model-feed';
import { createReadModelPool, type GenerationName, type GenerationStore } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { categorySummary, productSearch, productSummary } from '@reprise/product-read-model';
import { productHistory, step } from '@reprise/product-events/testing';
import { elasticsearch } from '@reprise/test-kit';
import { repairAggregate, type RepairServers } from './repair-aggregate.ts';
import { corrupted, documentOf, repairedModels, type RepairedModels } from './testing/repaired-models.ts';

const models = [
  productSearch,
  productSummary,
  categorySummary,
] as readonly unknown[] as readonly Projection[];
const { signal } = new AbortController();
let made: RepairedModels;

const life = () => productHistory({ events: [step.created(), step.published(), step.stockAdjusted(4)] });

beforeAll(async () => {
  made = await repairedModels();
  await made.commit(life());
});

describe.each(models.map((projection) => [projection.name, projection] as const))(
  'a document of %s',
  (_, projection) => {
    let store: GenerationStore;
    let live: GenerationName;
    let servers: RepairServers;
    const right = (events: readonly ProductEvent[]) => documentOf(projection, events);
    const repair = (id: string, changes: Partial<RepairServers> = {}) =>
      repairAggregate({ ...servers, ...changes }, id, signal);
    const stored = async (id: string) => (await store.read(live, [id])).get(id);

    beforeAll(async () => {
      store = made.storeOf(projection);
      live = await made.generation(projection, 'LIVE');
      servers = { registry: made.registry, projection, store, history: made.history };
    });

    it.each(['missing', 'stale', 'different', 'ahead of the log', 'right'] as const)(
      'that is %s is right afterwards',
      async (how) => {
        const events = life();
        const id = events[0]!.subject;
        await made.commit(events);
        const whole = right(events);
        const before = {
          missing: undefined,
          stale: right(events.slice(0, 1)),
          different: corrupted(whole),
          'ahead of the log': corrupted(whole, { version: 7 }),
          right: whole,
        }[how];
        if (before) await store.write(live, [before]);
        const fault = how === 'right' ? undefined : how === 'ahead of the log' ? 'different' : how;
        const from = before?.version ?? null;
        expect(await repair(id)).toEqual([{ generation: live, fault, from, to: 3 }]);
        const { version, digest, canonical } = whole;
        expect(await stored(id)).toEqual({ id, version, digest, document: JSON.parse(canonical) });
        const next = productHistory({ id, events: [step.unpublished()], firstVersion: 4 });
        expect(await feedEvents({ store, name: live, projection }, next, undefined)).toMatchObject({
          applied: 1,
        });
      },
    );

    it('that no log knows is taken away', async () => {
      const extra = right(life());
      await store.write(live, [extra]);
      expect(await repair(extra.id)).toEqual([{ generation: live, fault: 'extra', from: 3, to: null }]);
      expect(await stored(extra.id)).toBeUndefined();
    });

    it('is right in every fed generation of this version, and left alone in all others', async () => {
      const others = await Promise.all([
        made.generation(projection, 'STANDBY'),
        made.generation(projection, 'VERIFIED'),
        made.generation(projection, 'STANDBY', 99),
        made.generation(projection, 'BUILDING'),
      ]);
      const events = life();
      const wrong = corrupted(right(events));
      await made.commit(events);
      for (const name of [live, ...others]) await store.write(name, [wrong]);
      const repaired = await repair(wrong.id);
      expect(new Set(repaired.map(({ generation }) => generation))).toEqual(
        new Set([live, others[0], others[1]]),
      );
      expect(repaired.at(-1)!.generation).toBe(live);
      for (const [index, name] of others.entries()) {
        const found = (await store.read(name, [wrong.id])).get(wrong.id);
        expect(found!.digest).toEqual(index < 2 ? right(events).digest : wrong.digest);
      }
      await made.pool.query(`UPDATE registry.generations SET state = 'RETIRED' WHERE name = ANY ($1)`, [
        others,
      ]);
    });

    it('is repaired where it can be: a generation whose index or table is gone is left out, and its state says so', async () => {
      const gone = await made.generation(projection, 'STANDBY');
      await store.drop(gone);
      const events = life();
      await made.commit(events);
      await store.write(live, [corrupted(right(events))]);
      expect(await repair(events[0]!.subject)).toMatchObject([{ generation: live, fault: 'different' }]);
      expect((await made.registry.findGeneration(gone))!.state).toBe('GONE');
    });

    it.each(['before the document is looked at again', 'after the repair is done'] as const)(
      'is right although a feed folded the next event onto the faulty one and wrote it %s',
      async (when) => {
        const events = life();
        const [id, whole] = [events[0]!.subject, right(events)];
        await made.commit(events);
        const wrong = corrupted(whole);
        await store.write(live, [wrong]);
        const next = productHistory({ id, events: [step.priceChanged(77)], firstVersion: 4 });
        let late = () => Promise.resolve();
        const beside: GenerationStore = {
          ...store,
          correct: async (...args) => {
            beside.correct = store.correct;
            // The event is committed and fed after the repair has read the log, and what the feed read was faulty.
            await made.commit(next);
            const read = await store.read(live, [id]);
            const stale: GenerationStore = { ...store, read: () => Promise.resolve(read) };
            late = async () =>
              void (await feedEvents({ store: stale, name: live, projection }, next, undefined));
            const correction = await store.correct(...args);
            if (when === 'before the document is looked at again') await late();
            return correction;
          },
        };
        await repair(id, { store: beside });
        if (when === 'after the repair is done') await late();
        expect((await stored(id))!.digest).toEqual(right([...events, ...next]).digest);
      },
    );

    it('is not a fault when a feed wrote the next event just after the log was read', async () => {
      const events = life();
      const id = events[0]!.subject;
      await made.commit(events);
      await store.write(live, [right(events)]);
      const next = productHistory({ id, events: [step.priceChanged(77)], firstVersion: 4 });
      const history = {
        ...made.history,
        async eventsOf(aggregateId: string, of: string) {
          const known = await made.history.eventsOf(aggregateId, of);
          history.eventsOf = made.history.eventsOf;
          await made.commit(next);
          await feedEvents({ store, name: live, projection }, next, undefined);
          return known;
        },
      };
      const untouched: GenerationStore = {
        ...store,
        correct: () => Promise.reject(new Error('nothing to correct')),
      };
      expect(await repair(id, { history, store: untouched })).toMatchObject([{ fault: undefined, from: 3 }]);
      expect((await stored(id))!.digest).toEqual(right([...events, ...next]).digest);
    });

    it('is right after feeds, corruptions and repairs of it at once', async () => {
      const lives = Array.from({ length: 8 }, () =>
        productHistory({
          events: [step.created(), ...Array.from({ length: 12 }, (_, i) => step.stockAdjusted(1 + i))],
        }),
      );
      const ids = lives.map(([first]) => first!.subject);
      const work = lives.map(async (events) => {
        for (const [at, event] of events.entries()) {
          await made.commit([event]);
          await feedEvents({ store, name: live, projection }, [event], undefined);
          if (at % 3 !== 1) continue;
          const seen = await store.observe(live, event.subject);
          await store.correct(live, event.subject, seen, corrupted(right(events.slice(0, at + 1))));
          await Promise.all([repair(event.subject), repair(event.subject)]);
        }
      });
      await Promise.all(work);
      const found = await store.read(live, ids);
      for (const events of lives) expect(found.get(events[0]!.subject)!.digest).toEqual(right(events).digest);
    });

    it('is corrected as far as its events go, and why they go no further is said', async () => {
      const events = life();
      const [id, begun] = [events[0]!.subject, right(events.slice(0, 1))];
      await made.commit([events[0]!, events[2]!]);
      await store.write(live, [corrupted(begun)]);
      await expect(repair(id)).rejects.toThrow(/version 2 is missing, and version 3 is there/);
      expect((await stored(id))!.digest).toEqual(begun.digest);
      const later = corrupted(right(events));
      await store.write(live, [later]);
      await expect(repair(id)).rejects.toMatchObject({ code: 'REPAIR_REFUSED' });
      expect((await stored(id))!.digest).toEqual(later.digest);
    });

    it('stays as it is when an event of it is of a newer release', async () => {
      const events = life();
      await made.commit(events, (event) =>
        productEvents.encode(event).replace('stock-adjusted.v1', 'stock-adjusted.v9'),
      );
      const wrong = corrupted(right(events));
      await store.write(live, [wrong]);
      await expect(repair(wrong.id)).rejects.toMatchObject({ code: 'HISTORY_UNREADABLE' });
      expect((await stored(wrong.id))!.digest).toEqual(wrong.digest);
    });
  },
);

describe('an event store that may lack events', () => {
  const projection = models[0]!;
  let servers: RepairServers;
  let live: GenerationName;

  beforeAll(async () => {
    servers = { registry: made.registry, projection, store: made.storeOf(projection), history: made.history };
    [live] = (await made.registry.listGenerations({ projection: projection.name, states: ['LIVE'] })).map(
      ({ name }) => name,
    ) as [GenerationName];
  });

  it.each([
    [
      'is a standby',
      'CREATE FUNCTION pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;',
    ],
    ['is empty', 'CREATE VIEW event_store AS SELECT * FROM public.event_store WHERE false;'],
  ])('takes no document away when it %s', async (_, likeness) => {
    const extra = documentOf(projection, life());
    await servers.store.write(live, [extra]);
    await made.asOwner(`DROP SCHEMA IF EXISTS likeness CASCADE; CREATE SCHEMA likeness;
      GRANT USAGE ON SCHEMA likeness TO event_store_reader; SET search_path = likeness; ${likeness} RESET search_path;
      GRANT SELECT ON ALL TABLES IN SCHEMA likeness TO event_store_reader;`);
    const url = new URL(made.eventStoreUrl);
    url.searchParams.set('options', '-c search_path=likeness,public,pg_catalog');
    const pool = createReadModelPool(url.href);
    try {
      const repair = repairAggregate(
        {
          ...servers,
          history: made.historyIn(pool),
        },
        extra.id,
        signal,
      );
      await expect(repair).rejects.toMatchObject({
        code: 'REPAIR_REFUSED',
        message: expect.stringContaining('Nothing was changed'),
      });
      expect((await servers.store.read(live, [extra.id])).size).toBe(1);
    } finally {
      await pool.end();
    }
  });

  it('is distinguished from one that is out of reach', async () => {
    const pool = createReadModelPool('postgres://nobody@127.0.0.1:1/none');
    const repair = repairAggregate({ ...servers, history: made.historyIn(pool) }, life()[0]!.subject, signal);
    await expect(repair).rejects.toMatchObject({ code: 'DEPENDENCY', retryable: true });
    await pool.end();
  });
});

it('repairs a document that was written by hand, without what the store adds', async () => {
  const projection = models[0]!;
  const [live] = await made.registry.listGenerations({ projection: projection.name, states: ['LIVE'] });
  const events = life();
  await made.commit(events);
  const { id, canonical } = documentOf(projection, events);
  const document = JSON.parse(canonical) as Record<string, unknown>;
  await elasticsearch().index({ index: live!.name, id, version: 3, version_type: 'external', document });
  const servers = {
    registry: made.registry,
    projection,
    store: made.storeOf(projection),
    history: made.history,
  };
  expect(await repairAggregate(servers, id, signal)).toMatchObject([{ fault: 'different', from: 3, to: 3 }]);
  expect(await repairAggregate(servers, id, signal)).toMatchObject([{ fault: undefined }]);
});
