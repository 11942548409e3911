import { randomUUID } from 'node:crypto';
import { partitionOfKey } from '@reprise/events';
import { productEvents, type ProductEvent } from '@reprise/product-events';
import { foldInOrder, watchLog } from '@reprise/read-model-feed';
import {
  createReadModelPool,
  fingerprintOf,
  generationName,
  openGenerationStore,
  prepareDocument,
  Registry,
  runReadModelMigrations,
  type DocumentToWrite,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { afterFile, freshDatabase, freshTopic, produceRaw, testEndpoints } from '@reprise/test-kit';
import { permanentLog } from '../permanent-log.ts';
import type { RepairServers } from '../repair-aggregate.ts';

/** How a test's record gets into the log. */
interface Sent {
  /** Default: the aggregate's id. */
  readonly key?: string | null;
  /** Default: that of the key. */
  readonly partition?: number;
  /** In place of the event. */
  readonly value?: string;
}

/** A read model in Postgres with a live generation made by hand, and a topic as its only permanent log. */
export async function loggedModel(projection: Projection, partitions: number) {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const topic = await freshTopic({ partitions });
  const { kafka } = testEndpoints();
  const log = watchLog(kafka, topic.name);
  afterFile(async () => void (await Promise.all([pool.end(), log.close()])));
  const registry = new Registry(pool);
  const store: GenerationStore = openGenerationStore(projection, {
    ...{ pool, alias: 'none' },
  });
  const lease = await registry.acquireLease(projection.name, {
    ...{ runId: randomUUID(), holder: 'test', ttlMs: 600_000 },
  });
  if (!lease.acquired) throw new Error('the lease is held');
  const { id: topicId } = await log.now();
  const fingerprint = fingerprintOf(projection, topicId);
  const generation = await registry.createGeneration(
    {
      ...{ uuid: randomUUID(), projection: projection.name, storage: store.kind, fingerprint, runId: null },
      name: generationName(1, projection.name, new Date(1_000_000), fingerprint),
      ...{ projectionVersion: projection.version, topic: topic.name, topicId, partitions },
    },
    lease.fence,
  );
  await store.create(generation.name, {
    ...{ uuid: generation.uuid, projection: projection.name, fingerprint },
    projectionVersion: projection.version,
  });
  await registry.moveGeneration(generation.uuid, ['BUILDING'], 'LIVE');
  const history = permanentLog({
    ...{ kafka, topic: topic.name, events: projection.events },
    discarded: (filter) => registry.letterActions.discarded(filter),
  });
  const servers: RepairServers = { registry, projection, store, history };
  const ends = new Map<number, number>();
  return {
    ...{ servers, registry, store, topic, topicId, live: generation.name },
    /** Writes one event; gives it as the contract reads it from there, and its place. */
    async send(event: ProductEvent, sent: Sent = {}) {
      const { key = event.subject, value = productEvents.encode(event) } = sent;
      const count = (await log.now()).partitions.length;
      const partition = sent.partition ?? partitionOfKey(key ?? event.subject, count);
      await produceRaw(topic, [{ key, value, partition }]);
      const offset = ends.get(partition) ?? 0;
      ends.set(partition, offset + 1);
      const version = projection.events.versions === 'position' ? offset + 1 : event.aggregateversion;
      return { ...event, aggregateversion: version, partition, offset: BigInt(offset) };
    },
    /** The document of events as they are in the log. */
    documentOf: (events: readonly ProductEvent[]): DocumentToWrite =>
      prepareDocument(foldInOrder(projection, undefined, events).document!),
    stored: async (id: string) => (await store.read(generation.name, [id])).get(id),
  };
}
