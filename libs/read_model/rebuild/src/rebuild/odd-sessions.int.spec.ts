import type { Projection } from '@reprise/read-model-projections';
import { productSummary } from '@reprise/product-read-model';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import type { SettingsLevel } from '@reprise/test-kit';
import { testEventStore } from '../testing/event-store.ts';
import { testReadModel } from '../testing/read-model.ts';
import { prune } from '../prune/prune.ts';

const projection = productSummary as unknown as Projection;
const events = Array.from({ length: 12 }, (_, index) =>
  productHistory({
    events: [step.created({ tags: ['a', 'NULL', '\\'] }), step.published(), step.priceChanged(index)],
  }),
).flat();

describe('under odd settings of the Postgres sessions', () => {
  it.each<SettingsLevel>(['database', 'role'])(
    'set for the %s, everything is built, proven, listed and pruned as under any other',
    async (level) => {
      const model = await testReadModel({ partitions: 2, projection, oddSettings: level });
      const plain = await testReadModel({ partitions: 2, projection });
      await Promise.all([produce(model.topic, events), produce(plain.topic, events)]);
      const eventStore = await testEventStore(level);
      await eventStore.append(events);

      const first = await model.rebuild();
      const second = await model.rebuild({ source: 'event-store' }, {}, { eventStore: eventStore.store });
      const { digest } = (await plain.rebuild()).receipt;
      expect([first.receipt, second.receipt]).toMatchObject([
        { outcome: 'promoted', digest },
        { outcome: 'promoted', digest },
      ]);

      const [run] = await model.registry.listRuns({ projection: projection.name, limit: 1 });
      expect(Date.now() - run!.startedAt.getTime()).toBeLessThan(600_000);
      expect(Math.abs((await model.registry.now()).getTime() - Date.now())).toBeLessThan(600_000);
      const lease = await model.registry.acquireLease(projection.name, {
        runId: run!.runId,
        holder: 'spec',
        ttlMs: 600_000,
      });
      if (!lease.acquired) throw new Error('the lease is held');
      const { registry, store } = model;
      const { deleted } = await prune({
        projection: projection.name,
        registry,
        store,
        fence: lease.fence,
        keep: 0,
        standbyMs: 0,
        dryRun: false,
      });
      expect(deleted.map(({ name }) => name)).toEqual([first.receipt.generation!.name]);
    },
  );

  it('an event store whose policy hides rows from its reader is refused, and no read model lacks them silently', async () => {
    const model = await testReadModel({ partitions: 1 });
    const eventStore = await testEventStore();
    await eventStore.append(events);
    await eventStore.execute(`
      ALTER TABLE event_store ENABLE ROW LEVEL SECURITY;
      CREATE POLICY recent ON event_store FOR SELECT USING (aggregate_version > 1);`);
    const { ending } = await model.rebuild({ source: 'event-store' }, {}, { eventStore: eventStore.store });
    expect(ending.exitCode).not.toBe(0);
    expect(ending.message).toContain('row security decides which rows of "event_store" this role sees');
  });
});
