import { partitionOfKey } from '@reprise/events';
import type { ProductEvent } from '@reprise/product-events';
import { productSummary } from '@reprise/product-read-model';
import { projectionsByPosition } from '@reprise/product-read-model/testing';
import type { Projection } from '@reprise/read-model-projections';
import { productHistory, step } from '@reprise/product-events/testing';
import { freshTopic, kafkaAdmin } from '@reprise/test-kit';
import { permanentHistory } from './permanent-history.ts';
import { repairAggregate } from './repair-aggregate.ts';
import { loggedModel } from './testing/logged-models.ts';
import { corrupted } from './testing/repaired-models.ts';

const byPosition = projectionsByPosition.find(({ name }) => name === 'product_summary')!;
const modes = [
  ['by a count', productSummary as unknown as Projection],
  ['by position', byPosition],
] as const;
const { signal } = new AbortController();
const life = () => productHistory({ events: [step.created(), step.published(), step.stockAdjusted(4)] });

type Model = Awaited<ReturnType<typeof loggedModel>>;
type Logged = Awaited<ReturnType<Model['send']>>;

async function sendAll(model: Model, events: readonly ProductEvent[], sent?: Parameters<Model['send']>[1]) {
  const logged: Logged[] = [];
  for (const event of events) logged.push(await model.send(event, sent));
  return logged;
}

const repair = (model: Model, id: string) => repairAggregate(model.servers, id, signal);

describe.each(modes)('a document of a log that orders %s, without an event store', (_, projection) => {
  let model: Model;

  beforeAll(async () => {
    model = await loggedModel(projection, 3);
    // Of others, before and between, so that offsets are no counts.
    for (let other = 0; other < 9; other++) await sendAll(model, life());
  });

  it.each(['missing', 'stale', 'different', 'ahead of the log', 'right'] as const)(
    'that is %s is right afterwards',
    async (how) => {
      const events = await sendAll(model, life());
      const whole = model.documentOf(events);
      const before = {
        missing: undefined,
        stale: model.documentOf(events.slice(0, 1)),
        different: corrupted(whole),
        'ahead of the log': corrupted(whole, { version: 777 }),
        right: whole,
      }[how];
      if (before) await model.store.write(model.live, [before]);
      const fault = how === 'right' ? undefined : how === 'ahead of the log' ? 'different' : how;
      expect(await repair(model, whole.id)).toEqual([
        { generation: model.live, fault, from: before?.version ?? null, to: whole.version },
      ]);
      expect(await model.stored(whole.id)).toMatchObject({ version: whole.version, digest: whole.digest });
      // What comes later is found by the next repair, from where the last one ended.
      const [next] = await sendAll(
        model,
        productHistory({ id: whole.id, events: [step.priceChanged(9)], firstVersion: 4 }),
      );
      expect(await repair(model, whole.id)).toMatchObject([{ fault: 'stale', to: next!.aggregateversion }]);
    },
  );

  it('that the log does not know is taken away', async () => {
    const extra = model.documentOf(life());
    await model.store.write(model.live, [extra]);
    expect(await repair(model, extra.id)).toMatchObject([{ fault: 'extra', to: null }]);
    expect(await model.stored(extra.id)).toBeUndefined();
  });

  it('is found where another producer puts it: in another partition, or under another key', async () => {
    const [byPartition, byKey, keyless] = [life(), life(), life()];
    const placed = [
      await sendAll(model, byPartition, { partition: (partitionOfKey(byPartition[0]!.subject, 3) + 1) % 3 }),
      await sendAll(model, byKey, { key: 'of a customer' }),
      await sendAll(model, keyless, { key: null, partition: 2 }),
    ];
    for (const events of placed) {
      const whole = model.documentOf(events);
      expect(await repair(model, whole.id)).toMatchObject([{ fault: 'missing', to: whole.version }]);
      expect(await model.stored(whole.id)).toMatchObject({ digest: whole.digest });
    }
  });

  it('is left as it is while a record of it is no event, and leaves that out once its dead letter is discarded', async () => {
    const [created, published, adjusted] = life();
    const first = await model.send(created!);
    const spoiled = await model.send(published!, { value: '{"no":"event"}' });
    const last = await model.send(adjusted!);
    const [own, id] = [model.documentOf([first]), created!.subject];
    await expect(repair(model, id)).rejects.toMatchObject({
      code: 'HISTORY_UNREADABLE',
      message: expect.stringContaining(
        `${model.topic.name}:${spoiled.partition}:${spoiled.offset}`,
      ) as unknown,
    });
    expect(await model.stored(id)).toBeUndefined();
    await model.registry.letterActions.record(model.topicId, [
      {
        ...{ partition: spoiled.partition, offset: spoiled.offset, action: 'discard', outcome: 'discarded' },
        ...{ detail: 'spoiled', aggregateId: id, version: null, host: 'h', user: 'u' },
        ...{ eventId: null, leftOutOf: [projection.name] },
      },
    ]);
    // By a count, what follows waits for the version that is left out; by position, nobody knows that it follows.
    const expected = projection.events.versions === 'sequence' ? own : model.documentOf([first, last]);
    expect(await repair(model, id)).toMatchObject([{ fault: 'missing', to: expected.version }]);
    expect(await model.stored(id)).toMatchObject({ digest: expected.digest });
  });
});

describe('a log that is not what a generation was built from', () => {
  it.each(modes)(
    'after partitions were added, ordered %s: only a count still means the same',
    async (_, projection) => {
      const model = await loggedModel(projection, 1);
      const first = await sendAll(model, life());
      await model.topic.grow(4);
      const id = first[0]!.subject;
      const next = productHistory({ id, events: [step.priceChanged(9)], firstVersion: 4 });
      const later = await sendAll(model, next, { partition: 3 });
      if (projection === byPosition) {
        await expect(repair(model, id)).rejects.toMatchObject({
          ...{ name: 'BuiltFromAnotherLog', code: 'BOUND_ELSEWHERE' },
          message: expect.stringMatching(
            /1 partitions.*4 partitions.*Nothing was changed.*rebuild/,
          ) as unknown,
        });
        expect(await model.stored(id)).toBeUndefined();
      } else {
        const whole = model.documentOf([...first, ...later]);
        expect(await repair(model, id)).toMatchObject([{ fault: 'missing', to: 4 }]);
        expect(await model.stored(id)).toMatchObject({ digest: whole.digest });
      }
    },
  );

  it.each(modes)('after the topic was created again, ordered %s, repairs nothing', async (_, projection) => {
    const model = await loggedModel(projection, 1);
    const extra = model.documentOf(life());
    await model.store.write(model.live, [extra]);
    await model.topic.delete();
    await freshTopic({ name: model.topic.name });
    await expect(repair(model, extra.id)).rejects.toThrow(/Nothing was changed/);
    expect(await model.stored(extra.id)).toMatchObject({ digest: extra.digest });
  });

  it.each(modes)('that lost its beginning, ordered %s, takes nothing away', async (_, projection) => {
    const model = await loggedModel(projection, 1);
    const events = await sendAll(model, life());
    const whole = model.documentOf(events);
    await model.store.write(model.live, [whole]);
    const cut = { topic: model.topic.name, partitions: [{ partition: 0, offset: '3' }] };
    await (await kafkaAdmin()).deleteTopicRecords(cut);
    await expect(repair(model, whole.id)).rejects.toThrow(/no longer holds every event.*Nothing was changed/);
    expect(await model.stored(whole.id)).toMatchObject({ digest: whole.digest });
  });

  it('is refused by position where events of one aggregate lie in two partitions', async () => {
    const model = await loggedModel(byPosition, 3);
    const [created, published] = life();
    await model.send(created!, { key: 'one', partition: 0 });
    await model.send(published!, { key: 'other', partition: 1 });
    await expect(repair(model, created!.subject)).rejects.toThrow(/in the partitions 0, 1 of/);
    expect(await model.stored(created!.subject)).toBeUndefined();
  });

  it('is no event store where versions are positions', async () => {
    const model = await loggedModel(byPosition, 1);
    const history = permanentHistory(undefined as never, byPosition.events, () => Promise.resolve([]));
    await expect(repairAggregate({ ...model.servers, history }, 'any', signal)).rejects.toThrow(
      'Repair them from the log',
    );
  });
});
