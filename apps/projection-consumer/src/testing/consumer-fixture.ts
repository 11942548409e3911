import { type ProductEvent, productEvents } from '@reprise/product-events';
import {
  createReadModelPool,
  Registry,
  runReadModelMigrations,
  type Generation,
  type GenerationState,
} from '@reprise/read-model-indices';
import { productHistory, step, type HistoryStep } from '@reprise/product-events/testing';
import {
  afterFile,
  elasticsearch,
  eventStoreSql,
  freshDatabase,
  freshName,
  freshTopic,
  spawnApp,
  type FreshTopic,
  type SpawnedApp,
} from '@reprise/test-kit';
import { Client } from 'pg';

export const consumerMain = 'apps/projection-consumer/src/main.ts';

/** A topic, a dead-letter topic, an event store, a read database and an alias of the test file's own. */
export interface ConsumerFixture {
  readonly topic: FreshTopic;
  readonly deadLetters: FreshTopic;
  readonly alias: string;
  readonly env: Readonly<Record<string, string>>;
  readonly registry: Registry;
  start(env?: Readonly<Record<string, string | undefined>>, args?: readonly string[]): SpawnedApp;
  /** Commits events to the event store, as the write side does before they reach the topic. */
  store(events: readonly ProductEvent[]): Promise<void>;
  /** Generations of the search read model in one of these states. */
  generations(...states: GenerationState[]): Promise<Generation[]>;
  /** All search documents readers, or readers of an index, can see after a refresh, without the store's own fields. */
  documents(index?: string): Promise<Map<string, Record<string, unknown>>>;
  /** One document by id through the alias, as search-api reads it; undefined when there is none. */
  byId(id: string): Promise<Record<string, unknown> | undefined>;
  /** Indices behind the alias. */
  readers(): Promise<string[]>;
}

export async function consumerFixture(partitions = 3): Promise<ConsumerFixture> {
  const [topic, deadLetters] = [await freshTopic({ partitions }), await freshTopic()];
  const [read, write] = [await freshDatabase('read'), await freshDatabase('write')];
  await runReadModelMigrations(read.url);
  const pool = createReadModelPool(read.feederUrl);
  const owner = new Client({ connectionString: write.url });
  await owner.connect();
  afterFile(async () => {
    await pool.end();
    await owner.end();
  });
  await owner.query(eventStoreSql);
  const registry = new Registry(pool);
  const alias = freshName('test_search');
  afterFile(async () => {
    for (const { name, storage, state } of await registry.listGenerations()) {
      if (storage === 'elasticsearch' && state !== 'PRUNED')
        await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    }
  });
  const env = {
    PRODUCT_EVENTS_TOPIC: topic.name,
    DEAD_LETTER_TOPIC: deadLetters.name,
    SEARCH_ALIAS: alias,
    READ_MODEL_DATABASE_URL: read.feederUrl,
    EVENT_STORE_DATABASE_URL: write.eventStoreUrl,
    PROJECTION_CONSUMER_PORT: '0',
  };
  return {
    topic,
    deadLetters,
    alias,
    env,
    registry,
    start: (overrides = {}, args = []) => spawnApp(consumerMain, { env: { ...env, ...overrides }, args }),
    async store(events) {
      await owner.query(
        `INSERT INTO event_store SELECT * FROM unnest($1::uuid[], $2::int[], $3::json[]) ON CONFLICT DO NOTHING`,
        [
          events.map(({ subject }) => subject),
          events.map(({ aggregateversion }) => aggregateversion),
          events.map(productEvents.encode),
        ],
      );
    },
    generations: (...states) => registry.listGenerations({ projection: 'product_search', states }),
    async documents(index = alias) {
      await elasticsearch().indices.refresh({ index });
      const found = await elasticsearch().search<Record<string, unknown>>({ index, size: 10_000 });
      return new Map(found.hits.hits.map(({ _id, _source }) => [_id ?? '', plain(_source)]));
    },
    async byId(id) {
      const found = await elasticsearch().get<Record<string, unknown>>(
        { index: alias, id },
        { ignore: [404] },
      );
      return found.found ? plain(found._source) : undefined;
    },
    async readers() {
      const found = await elasticsearch().indices.getAlias({ name: alias }, { ignore: [404] });
      return 'error' in found ? [] : Object.keys(found);
    },
  };
}

/** What the projection made, without what the store keeps beside it. */
function plain(source: Record<string, unknown> | undefined): Record<string, unknown> {
  const { reprise: _, ...document } = source ?? {};
  return document;
}

/** Products with the same few events each. */
export function catalogue(
  products: number,
  changes: readonly HistoryStep[] = [step.published(), step.priceChanged(990)],
): ProductEvent[] {
  return Array.from({ length: products }, () =>
    productHistory({ events: [step.created(), ...changes] }),
  ).flat();
}

/**
 * Asks a consumer whether it is ready.
 * @returns what its probe answers, and every reason that its log has given so far: it logs one only when it is asked, and then only
 *   if it is another than before
 */
export async function readinessOf(app: SpawnedApp): Promise<{ status: number; reasons: string }> {
  const { port } = await app.logged({ msg: 'listening' });
  const { status } = await fetch(`http://127.0.0.1:${String(port)}/health/ready`);
  const reasons = app.output.flatMap(({ json }) =>
    json?.['msg'] === 'not ready' ? [String(json['reason'])] : [],
  );
  return { status, reasons: reasons.join('\n') };
}
