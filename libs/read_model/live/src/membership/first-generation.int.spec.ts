import { productSummary } from '@reprise/product-read-model';
import { describeTopic, LiveFeed } from '@reprise/read-model-feed';
import {
  createReadModelPool,
  DependencyError,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { silentLogger } from '@reprise/runtime';
import {
  afterFile,
  eventually,
  freshDatabase,
  freshTopic,
  produceRaw,
  testEndpoints,
} from '@reprise/test-kit';
import { FeedHealth } from '../health/feed-health.ts';
import { LogEnds } from './log-ends.ts';
import { keepMembership, type MembershipInput } from './membership.ts';

const projection = productSummary as unknown as Projection;
const { kafka } = testEndpoints();

/** A consumer of a topic that is described as it is now; it follows the registry and feeds nothing. */
async function membership() {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const registry = new Registry(pool);
  const topic = await freshTopic();
  const described = await describeTopic(kafka, topic.name);
  const stored = openGenerationStore(projection, { pool });
  let isAway = true;
  let passes = 0;
  const store = {
    ...stored,
    observeReaders: () => {
      passes += 1;
      return isAway
        ? Promise.reject(new DependencyError('postgres', 'the store is away'))
        : stored.observeReaders();
    },
  };
  const models = [{ projection, store }];
  const feed = new LiveFeed({
    ...{ registry, models, topicId: described.id, contract: projection.events, history: undefined },
    blocked: registry.blocked,
    limit: { attempts: 2, pause: () => Promise.resolve() },
    putAside: () => Promise.reject(new Error('nothing is fed here')),
    onSuspended: () => undefined,
    onGone: () => undefined,
  });
  const health = new FeedHealth();
  health.positioned([]);
  const input = {
    ...{ holder: 'test', registry, feed, models, topic: described, health, logger: silentLogger() },
    ends: new LogEnds(() => describeTopic(kafka, topic.name), described.id),
    batches: { assigned: [], readFrom: () => undefined },
    attachments: { announce: () => Promise.resolve(), keepAnnouncing: () => Promise.resolve() },
    metrics: { generations: () => undefined },
    now: () => new Date(1_000_000),
  } as unknown as MembershipInput;
  const stop = new AbortController();
  const kept = keepMembership(input, stop.signal);
  afterFile(async () => {
    stop.abort();
    await kept;
    await pool.end();
  });
  return {
    ...{ registry, stored, topic, health },
    appear: () => void (isAway = false),
    /** Resolves when the registry was followed twice more, so once from the beginning. */
    async passed() {
      const before = passes;
      await eventually(() => expect(passes).toBeGreaterThan(before + 3));
    },
  };
}

describe('the first generation of a log', () => {
  it('is given to readers only once it holds what was written before it was made', async () => {
    const { registry, stored, topic, appear, passed } = await membership();
    await produceRaw(topic, [{ value: 'one' }, { value: 'two' }, { value: 'three' }]);
    appear();
    const [made] = await eventually(async () => {
      const listed = await registry.listGenerations({ states: ['VERIFIED', 'LIVE'] });
      expect(listed).toHaveLength(1);
      return listed;
    });
    await registry.advancePositions(made!.uuid, new Map([[0, 2n]]));
    await passed();
    expect(await stored.observeReaders()).toEqual({ kind: 'none' });
    await registry.advancePositions(made!.uuid, new Map([[0, 3n]]));
    await eventually(async () =>
      expect(await stored.observeReaders()).toEqual({ kind: 'generation', name: made!.name }),
    );
  });
});
