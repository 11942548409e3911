import { productSummary } from '@reprise/product-read-model';
import { projectionsByPosition } from '@reprise/product-read-model/testing';
import { describeTopic, LiveFeed, watchLog } from '@reprise/read-model-feed';
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
import { FedLog } from '../log/fed-log.ts';
import { keepMembership, type MembershipInput } from './membership.ts';

const counted = productSummary as unknown as Projection;
const byPosition = projectionsByPosition.find(({ name }) => name === 'product_summary')!;
const { kafka } = testEndpoints();

interface Consumed {
  readonly projection?: Projection;
  readonly closesGaps?: boolean;
  /** Of the topic. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A consumer of a topic that is described as it is now; it follows the registry and feeds nothing. */
async function membership({ projection = counted, closesGaps = false, config = {} }: Consumed = {}) {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const registry = new Registry(pool);
  const topic = await freshTopic({ config });
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
  const log = watchLog(kafka, topic.name);
  const models = [{ projection, store }];
  const feed = new LiveFeed({
    ...{ registry, models, topicId: described.id, contract: projection.events, history: undefined },
    blocked: registry.blocked,
    logNow: () => log.now(),
    limit: { attempts: 2, pause: () => Promise.resolve() },
    putAside: () => Promise.reject(new Error('nothing is fed here')),
    onSuspended: () => undefined,
    onGone: () => undefined,
  });
  const health = new FeedHealth();
  health.positioned([]);
  const input = {
    ...{ holder: 'test', registry, feed, models, topic: described, health, logger: silentLogger() },
    log: new FedLog({
      describe: () => describeTopic(kafka, topic.name),
      ...{ topicId: described.id, versions: projection.events.versions, closesGaps },
    }),
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
    await Promise.all([pool.end(), log.close()]);
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

  it.each([
    [
      'versions are counted and no event store closes gaps',
      counted,
      'Declare an event store for the context',
    ],
    ['versions are positions', byPosition, 'no event store can take its place'],
  ])('is not made of a compacted one where %s, and the consumer says why', async (_, projection, instead) => {
    const { registry, health, appear } = await membership({ projection, config: compacted });
    appear();
    await eventually(async () => {
      const reasons = await health.assertFeeding().catch(String);
      expect(reasons).toContain('is compacted (cleanup.policy=compact)');
      expect(reasons).toContain('Nothing was changed');
      expect(reasons).toContain(instead);
    });
    expect(await registry.listGenerations()).toEqual([]);
  });

  it('is made of a compacted one where an event store closes gaps', async () => {
    const { registry, appear } = await membership({ closesGaps: true, config: compacted });
    appear();
    await eventually(async () => expect(await registry.listGenerations()).toHaveLength(1));
  });
});

const compacted = { 'cleanup.policy': 'compact' };
