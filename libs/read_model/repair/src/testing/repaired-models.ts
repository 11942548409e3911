import { randomUUID } from 'node:crypto';
import { ownEventStore } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  createReadModelPool,
  fingerprintOf,
  generationName,
  openGenerationStore,
  prepareDocument,
  Registry,
  runReadModelMigrations,
  type DocumentToWrite,
  type GenerationName,
  type GenerationState,
  type GenerationStore,
} from '@reprise/read-model-indices';
import { EventStore, foldInOrder } from '@reprise/read-model-feed';
import type { Projection } from '@reprise/read-model-projections';
import { afterFile, eventStoreSql, freshDatabase, freshName, testEndpoints } from '@reprise/test-kit';
import type { Pool } from 'pg';
import { permanentHistory, type PermanentHistory } from '../permanent-history.ts';

/** Read models with generations made by hand and an event store beside them, all of the test file's own. */
export interface RepairedModels {
  readonly pool: Pool;
  readonly databaseUrl: string;
  /** As the role that may only read the event store. */
  readonly eventStoreUrl: string;
  readonly registry: Registry;
  readonly history: PermanentHistory;
  /** That of the event store which a pool connects to. The pool stays the caller's. */
  historyIn(pool: Pool): PermanentHistory;
  storeOf(projection: Projection): GenerationStore;
  /** Makes an empty generation in that state. */
  generation(projection: Projection, state: GenerationState, version?: number): Promise<GenerationName>;
  /** Commits events to the event store. */
  commit(events: readonly ProductEvent[], envelope?: (event: ProductEvent) => string): Promise<void>;
  /** Runs SQL as the owner of the event store. */
  asOwner(sql: string): Promise<void>;
}

export async function repairedModels(): Promise<RepairedModels> {
  const [read, write] = [await freshDatabase('read'), await freshDatabase('write')];
  await runReadModelMigrations(read.url);
  const pool = createReadModelPool(read.feederUrl);
  const owner = createReadModelPool(write.url, { max: 1 });
  await owner.query(eventStoreSql);
  const eventStore = createReadModelPool(write.eventStoreUrl);
  const client = createElasticsearchClient(testEndpoints().elasticsearch);
  // Names of indices are the projection's: a digit of their fingerprint keeps files that run at once apart.
  const own = randomUUID().slice(0, 8);
  const indices: string[] = [];
  afterFile(async () => {
    if (indices.length > 0) await client.indices.delete({ index: indices, ignore_unavailable: true });
    await client.close();
    await Promise.all([pool.end(), eventStore.end(), owner.end()]);
  });
  const registry = new Registry(pool);
  const alias = freshName('test_search');
  const storeOf = (projection: Projection) =>
    openGenerationStore(projection, { elasticsearch: elasticsearchStores(client), pool, alias });
  const historyIn = (of: Pool) => {
    const store = new EventStore({ pool: of, table: ownEventStore, setting: 'EVENT_STORE_DATABASE_URL' });
    return permanentHistory(store, productEvents, registry.letterActions.discardedOf);
  };
  let minted = 0;
  return {
    pool,
    databaseUrl: read.feederUrl,
    eventStoreUrl: write.eventStoreUrl,
    registry,
    history: historyIn(eventStore),
    historyIn,
    storeOf,
    async generation(projection, state, version = projection.version) {
      const { name: projectionName, storage } = projection;
      const topicId = 'a-topic';
      const fingerprint = fingerprintOf({ ...projection, version }, topicId);
      const name = generationName(storage.schemaVersion, projectionName, new Date(1_000 * ++minted), own);
      const uuid = randomUUID();
      if (storage.kind === 'elasticsearch') indices.push(name);
      await pool.query(
        `INSERT INTO registry.generations (uuid, projection, name, storage, fingerprint, projection_version, topic, topic_id, state)
         VALUES ($1, $2, $3, $4, $5, $6, 'a.topic', $7, $8)`,
        [uuid, projectionName, name, storage.kind, fingerprint, version, topicId, state],
      );
      const meta = { uuid, projection: projectionName, projectionVersion: version, fingerprint };
      await storeOf(projection).create(name, meta);
      return name;
    },
    async commit(events, envelope = productEvents.encode) {
      await owner.query('INSERT INTO event_store SELECT * FROM unnest($1::uuid[], $2::int[], $3::json[])', [
        events.map(({ subject }) => subject),
        events.map(({ aggregateversion }) => aggregateversion),
        events.map(envelope),
      ]);
    },
    asOwner: async (sql) => void (await owner.query(sql)),
  };
}

/** The document a projection makes of events. */
export function documentOf(projection: Projection, events: readonly ProductEvent[]): DocumentToWrite {
  return prepareDocument(foldInOrder(projection, undefined, events).document!);
}

/** The same document with another stock, and a digest that fits it. */
export function corrupted(
  document: DocumentToWrite,
  changes: Readonly<Record<string, unknown>> = {},
): DocumentToWrite {
  const content = { ...(JSON.parse(document.canonical) as Record<string, unknown>), stock: 666, ...changes };
  const { id, version = document.version } = { ...document, ...changes };
  return prepareDocument({ id, version: Number(version), data: content });
}
