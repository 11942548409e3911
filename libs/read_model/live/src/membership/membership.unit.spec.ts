import type { Projection } from '@reprise/read-model-projections';
import { StoreMisconfigured, type Registry } from '@reprise/read-model-indices';
import { FeedHealth } from '../health/feed-health.ts';
import { keepMembership, type MembershipInput } from './membership.ts';

const refusal = new StoreMisconfigured('the index template "hunt" stands in the way');

/** A consumer of two read models without a generation; the server of the first refuses to make one. */
function membership(wakes: number) {
  const asked: string[] = [];
  const health = new FeedHealth();
  health.positioned([]);
  let refreshed = 0;
  const store = (name: string) => ({
    observeReaders: () => {
      asked.push(name);
      return name === 'refused' ? Promise.reject(refusal) : Promise.resolve({ kind: 'ambiguous', names: [] });
    },
  });
  const models = ['refused', 'other'].map((name) => ({
    projection: { name } as unknown as Projection,
    store: store(name),
  }));
  const registry = {
    listGenerations: () => Promise.resolve([]),
    async *watchGenerations() {
      for (let wake = 0; wake < wakes; wake++) yield await Promise.resolve('changed');
    },
  } as unknown as Registry;
  const input = {
    ...{ holder: 'test', registry, models, health, now: () => new Date(0) },
    topic: { name: 't', id: 'i', partitions: [] },
    feed: { generations: [], refresh: () => Promise.resolve(void refreshed++), positionOf: () => undefined },
    batches: { assigned: [], readFrom: () => undefined },
    attachments: { announce: () => Promise.resolve(), keepAnnouncing: () => Promise.resolve() },
    metrics: { generations: () => undefined },
    logger: { info: () => undefined, error: () => undefined },
  } as unknown as MembershipInput;
  return { input, asked, health, refreshed: () => refreshed };
}

describe('a first generation that a server is set up to refuse', () => {
  it('keeps no other from being fed, is not tried at once again, and makes the consumer unready with the reason', async () => {
    const { input, asked, health, refreshed } = membership(5);
    await keepMembership(input, new AbortController().signal);
    expect(refreshed()).toBe(5);
    expect(asked.filter((name) => name === 'refused')).toHaveLength(1);
    expect(asked.filter((name) => name === 'other').length).toBeGreaterThanOrEqual(5);
    await expect(health.assertFeeding()).rejects.toThrow(refusal.message);
  });
});
