import type { Generation } from '@reprise/read-model-indices';
import { productHistory, step } from '@reprise/product-events/testing';
import { freshTopic } from '@reprise/test-kit';
import { byPosition, liveByPosition } from '../testing/live-by-position.ts';
import { LiveFeed } from './live-feed.ts';

const events = productHistory({ events: [step.created(), step.published(), step.priceChanged(5)] });

const refusal = (then: string, now: string) => ({
  name: 'BuiltFromAnotherLog',
  code: 'BOUND_ELSEWHERE',
  message: expect.stringMatching(
    `${then}.*${now}.*Nothing was changed.*rebuild --projection product_summary`,
  ) as unknown,
});

type Model = Awaited<ReturnType<typeof liveByPosition>>;

async function stateOf({ positions, stored }: Model) {
  return { positions: await positions(), version: (await stored(events[0]!.subject))?.version };
}

describe('a live feed of events ordered by position', () => {
  it('stops at the first batch that it cannot be sure of once partitions were added, and moves nothing', async () => {
    const model = await liveByPosition();
    const { topic, feed, live, servers } = model;
    expect(live.partitions).toBe(1);
    expect(await model.fed(events[0]!, events[1]!)).toEqual({ outcome: 'fed', applied: 2 });
    const before = await stateOf(model);
    expect(before).toEqual({ positions: new Map([[0, 2n]]), version: 2 });
    await topic.grow(3);
    await expect(model.fed(events[2]!)).rejects.toMatchObject(refusal('1 partitions', '3 partitions'));
    await expect(feed.refresh()).rejects.toMatchObject(refusal('1 partitions', '3 partitions'));
    await expect(new LiveFeed(servers).refresh()).rejects.toMatchObject({ code: 'BOUND_ELSEWHERE' });
    expect(await stateOf(model)).toEqual(before);
  });

  it('stops when the topic was created again', async () => {
    const model = await liveByPosition();
    const { topic, live, servers } = model;
    await model.fed(events[0]!);
    const before = await stateOf(model);
    await topic.delete();
    await freshTopic({ name: topic.name });
    const { id: topicId } = await servers.logNow!();
    expect(topicId).not.toBe(live.topicId);
    await expect(model.fed(events[1]!)).rejects.toMatchObject(refusal(live.topicId, topicId));
    // Also a process that starts by now, and takes no generation of the earlier topic for its own.
    const started = new LiveFeed({ ...servers, topicId });
    await expect(started.refresh()).rejects.toMatchObject(refusal(live.topicId, topicId));
    expect(await stateOf(model)).toEqual(before);
  });

  it('feeds what is of the log as it is now beside a generation on standby that is not', async () => {
    const { pool, feed, live, registry } = await liveByPosition();
    const lease = await registry.acquireLease(byPosition.name, {
      ...{ runId: live.uuid, holder: 'test', ttlMs: 600_000 },
    });
    if (!lease.acquired) throw new Error('the lease is held');
    const uuid = live.uuid.replace(/^.{8}/, '00000000');
    const name = `${live.name.slice(0, -1)}x` as Generation['name'];
    await registry.createGeneration({ ...live, uuid, name, partitions: 2 }, lease.fence);
    await registry.moveGeneration(uuid, ['BUILDING'], 'STANDBY');
    expect((await feed.refresh()).map((one) => one.uuid)).toEqual([live.uuid]);
    // From before the number was recorded: nobody can say what its positions mean.
    await pool.query('UPDATE registry.generations SET partitions = NULL WHERE uuid = $1', [live.uuid]);
    await expect(feed.refresh()).rejects.toMatchObject(refusal('unrecorded', '1 partitions'));
  });

  it('is not made without a way to ask for the log', async () => {
    const { logNow: _, ...servers } = (await liveByPosition()).servers;
    expect(() => new LiveFeed(servers)).toThrow('logNow');
  });
});
