import { type ProductEvent, productEvents } from '@reprise/product-events';
import { aggregateHistory } from '@reprise/read-model-feed';
import type { LetterAction } from '@reprise/read-model-indices';
import { produce, productHistory, step } from '@reprise/product-events/testing';
import { produceRaw } from '@reprise/test-kit';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import { defaultGateLimits } from '../gate/gate.ts';
import { promoteByName } from '../cutover/promote-by-name.ts';
import { replayOntoLive } from '../partial-replay/replay-onto-live.ts';
import { testEventStore } from '../testing/event-store.ts';
import { testReadModel, type TestReadModel } from '../testing/read-model.ts';
import { stoppedAt } from '../testing/shards.ts';
import { verifyReadModel } from '../verify/verify.ts';

let model: TestReadModel;
let servers: Partial<RebuildServers>;
let topicId: string;
let digest: string | null;
const { signal } = new AbortController();

const life = () =>
  productHistory({ events: [step.created(), step.published(), step.priceChanged(7)] }) as [
    ProductEvent,
    ProductEvent,
    ProductEvent,
  ];
/** Its second event is spoiled in the topic, whole in the event store. */
const spoiled = life();
/** Its second event is one that some store never took: nothing replaces it. */
const refused = life();

function rebuild(options: Partial<RebuildOptions> = {}, control: Partial<RebuildControl> = {}) {
  return model.rebuild({ promote: false, ...options }, control, servers);
}

function discard(letters: readonly (Pick<LetterAction, 'offset'> & Partial<LetterAction>)[]): Promise<void> {
  return model.registry.letterActions.record(
    topicId,
    letters.map((letter) => ({
      ...{ partition: 0, action: 'discard', outcome: 'discarded', detail: 'sent by a load test' },
      ...{ aggregateId: null, version: null, host: 'a-host', user: 'an-operator', ...letter },
    })),
  );
}

const of = ({ subject, aggregateversion }: ProductEvent) => ({
  aggregateId: subject,
  version: aggregateversion,
});

beforeAll(async () => {
  model = await testReadModel({ partitions: 1 });
  const eventStore = await testEventStore();
  const others = Array.from({ length: 30 }, life).flat();
  await eventStore.append([...spoiled, ...refused, ...others]);
  const history = aggregateHistory(eventStore.store, productEvents, model.registry.letterActions.discardedOf);
  servers = { eventStore: eventStore.store, history };
  const record = (event: ProductEvent, value = productEvents.encode(event)) => ({
    key: event.subject,
    value,
  });
  await produceRaw(model.topic, [
    record(spoiled[0]),
    record(spoiled[1], productEvents.encode(spoiled[1]).replace('.v1"', '.v9"')),
    record(spoiled[2]),
    record(refused[0]),
    record(refused[1]),
    record(refused[2]),
    { key: 'nobody', value: '{no event' },
  ]);
  await produce(model.topic, others);
  topicId = (await model.rebuild({ mode: 'DRY_RUN' })).receipt.topic.id;
});

describe('records whose dead letters are discarded', () => {
  it('fail the gate until they are, also of a run that began before and is resumed after', async () => {
    const stopped = stoppedAt(model, 'finishBuild');
    const { receipt } = await model.rebuild(
      {},
      { signal: stopped.signal },
      { ...servers, store: stopped.store },
    );
    expect(receipt.outcome).toBe('cancelled');
    await discard([
      { offset: 1n, ...of(spoiled[1]), eventId: null },
      { offset: 4n, ...of(refused[1]), eventId: refused[1].id, leftOutOf: [model.projection.name] },
      { offset: 6n, eventId: null },
      // Left out of another projection, and in another topic.
      { offset: 0n, ...of(spoiled[0]), eventId: spoiled[0].id, leftOutOf: ['product_summary'] },
    ]);
    const resumed = await rebuild({ resume: 'resume' });
    expect(resumed.receipt).toMatchObject({ outcome: 'refused', letters: { leftOut: { count: 0 } } });
    expect(resumed.receipt.gate).toContainEqual(
      expect.objectContaining({ check: 'poison events', actual: '2', passed: false }),
    );
  });

  it('are left out of the next run, which lists them with who discarded them, when and why', async () => {
    const { receipt } = await model.rebuild({}, {}, servers);
    expect(receipt).toMatchObject({ outcome: 'promoted', events: { deadLettered: 0, heldBack: 1 } });
    expect(receipt.letters).toMatchObject({ resolved: { count: 0 }, replaced: 1, heldAggregates: 1 });
    const by = { by: 'an-operator@a-host', reason: 'sent by a load test' };
    const id = (offset: number) => `${model.topic.name}:0:${offset}`;
    expect(receipt.letters.leftOut).toMatchObject({
      count: 3,
      first: [
        { id: id(1), ...of(spoiled[1]), ...by, discardedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string },
        { id: id(4), ...of(refused[1]), ...by },
        { id: id(6), aggregateId: null, version: null, ...by },
      ],
    });
    const live = (await model.registry.findGeneration(receipt.generation!.name))!;
    const found = await model.store.read(live.name, [spoiled[0].subject, refused[0].subject]);
    expect([...found.values()].map(({ version }) => version).sort()).toEqual([1, 3]);
    ({ digest } = receipt);
  });

  it('are left out alike by little memory, shards, the event store and a resumed run', async () => {
    const stopped = stoppedAt(model, 'finishBuild');
    await model.rebuild({}, { signal: stopped.signal }, { ...servers, store: stopped.store });
    const runs = [
      await rebuild({ resume: 'resume' }),
      await rebuild({ memoryBytes: 1 }),
      await rebuild({ shard: { index: 0, of: 1 } }),
      await rebuild({ source: 'event-store' }),
    ];
    expect(runs.map(({ receipt }) => [receipt.outcome, receipt.digest])).toEqual(
      runs.map(() => ['built', digest]),
    );
    const [{ receipt }] = runs.slice(-1) as [(typeof runs)[0]];
    expect(receipt.letters).toMatchObject({
      leftOut: { count: 1, first: [of(refused[1])] },
      heldAggregates: 1,
    });
  });

  it('are none of the faults that a dry run, verify and a part of the log report', async () => {
    const dry = await rebuild({ mode: 'DRY_RUN', diffLimit: 10 });
    expect(dry.ending.exitCode).toBe(0);
    expect(dry.receipt).toMatchObject({
      letters: { leftOut: { count: 3 }, replaced: 1, heldAggregates: 1 },
      dryRun: { diff: { counts: { missing: 0, extra: 0, stale: 0, different: 0 } } },
    });
    const settings = { projection: model.projection, deep: true, limit: 20, memoryBytes: 512 << 20 };
    for (const source of ['kafka', 'event-store'] as const) {
      const report = await verifyReadModel({ ...settings, source }, { ...model.servers, ...servers }, signal);
      expect(report).toMatchObject({ clean: true, counts: { inFlight: 0 }, log: { poison: 0, gaps: 0 } });
    }
    const options = { ...settings, mode: 'APPLY', source: 'kafka', promote: false, resume: 'auto' } as const;
    const replayed = await replayOntoLive(
      { ...options, batchSize: 200, workers: 1, gate: defaultGateLimits },
      { maxEvents: 0 },
      { ...model.servers, ...servers },
      { signal },
    );
    expect(replayed.ending.exitCode).toBe(0);
    expect(replayed.receipt).toMatchObject({ events: { applied: 0 }, letters: { heldAggregates: 1 } });
  });

  it('are left out when a generation catches up, and no other record is', async () => {
    const { receipt } = await rebuild();
    await produceRaw(model.topic, [{ key: 'nobody', value: '{no event either' }]);
    const generation = (await model.registry.findGeneration(receipt.generation!.name))!;
    // Readers' generation has passed the record: that is what the new one has to catch up to.
    const [live] = await model.registry.listGenerations({
      projection: generation.projection,
      states: ['LIVE'],
    });
    const [[, next]] = await endsOf();
    await model.registry.advancePositions(live!.uuid, new Map([[0, next]]));
    const questions = { limits: defaultGateLimits, deep: false, canaries: [] };
    const promote = () =>
      promoteByName(generation, model.projection, { ...model.servers, ...servers }, questions, { signal });
    await expect(promote()).rejects.toThrow(/could not be caught up/);
    await discard([{ offset: next - 1n, eventId: null }]);
    expect((await promote()).cutover).toMatchObject({ to: generation.name });
  });

  it('hide no new poison', async () => {
    const { subject } = spoiled[0];
    const wrong = productHistory({
      id: subject,
      events: [step.deleted(), step.published()],
      firstVersion: 4,
    });
    await produce(model.topic, wrong);
    const { receipt } = await rebuild();
    expect(receipt).toMatchObject({ outcome: 'refused', events: { deadLettered: 1 } });
    expect(receipt.poison).toMatchObject([{ reason: 'not-applicable', aggregateId: subject, version: 5 }]);
  });
});

async function endsOf(): Promise<[[number, bigint]]> {
  const { ranges } = (await rebuild({ mode: 'DRY_RUN' })).receipt;
  return ranges.map(({ partition, end }) => [partition, BigInt(end)]) as [[number, bigint]];
}
