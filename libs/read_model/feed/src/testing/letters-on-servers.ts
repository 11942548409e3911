import type { EventContract } from '@reprise/events';
import { type ProductEvent, productEvents } from '@reprise/product-events';
import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  BlockedAggregates,
  createReadModelPool,
  DeadLetterActions,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
  type GenerationStore,
  type WriteResult,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, productSummary } from '@reprise/product-read-model';
import {
  afterFile,
  freshDatabase,
  freshName,
  freshTopic,
  produceRaw,
  testEndpoints,
} from '@reprise/test-kit';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { AggregateHistory } from '../event-store/aggregate-history.ts';
import { adoptFirst, createFirstGeneration } from '../feed/first-generation.ts';
import { describeTopic } from '../kafka/kafka-topic.ts';
import type { PartitionRecord } from '../kafka/partition-batch.ts';
import { letterHeaders } from '../dead-letters/letter-headers.ts';
import { LiveFeed } from '../feed/live-feed.ts';
import type { LetterServers } from '../dead-letters/letter-servers.ts';

/** A record as the broker would give it. */
export type RecordToFeed = Required<Pick<PartitionRecord, 'key' | 'value' | 'headers' | 'timestamp'>>;

export const operator = { host: 'a-host', user: 'an-operator' };

/**
 * A live feed of two read models on real stores, whose dead letters go to a real topic.
 * @param contract reads the events of the product catalogue
 */
export async function lettersOnServers(contract: EventContract = productEvents) {
  const [topic, deadLetters, database] = [
    await freshTopic(),
    await freshTopic(),
    await freshDatabase('read'),
  ];
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.url);
  const { kafka, elasticsearch } = testEndpoints();
  const client = createElasticsearchClient(elasticsearch);
  const registry = new Registry(pool);
  afterFile(async () => {
    const built = await registry.listGenerations();
    const index = built.filter(({ storage }) => storage === 'elasticsearch').map(({ name }) => name);
    if (index.length > 0) await client.indices.delete({ index, ignore_unavailable: true });
    await Promise.all([client.close(), pool.end()]);
  });
  const events = await describeTopic(kafka, topic.name);
  const alias = freshName('test_search');
  const models = [productSearch, productSummary].map((one) => {
    const projection = one as unknown as Projection;
    return {
      projection,
      store: openGenerationStore(projection, { elasticsearch: elasticsearchStores(client), pool, alias }),
    };
  });
  const known: ProductEvent[] = [];
  const history: AggregateHistory = (id) => Promise.resolve(known.filter(({ subject }) => subject === id));
  const refusing = new Set<string>();
  const servers: LetterServers = {
    ...{ kafka, events, deadLetters: deadLetters.name, registry, models, history, contract },
    blocked: new BlockedAggregates(pool),
    actions: new DeadLetterActions(pool),
  };
  for (const model of models) {
    const common = { ...model, registry, topic: events, holder: 'test' };
    await createFirstGeneration({
      ...common,
      now: new Date(1_000_000),
      assertWhole: () => Promise.resolve(),
    });
    await adoptFirst(common, () => Promise.resolve(new Map()), 'test');
  }
  const putAside = async (letters: readonly DeadLetter[]): Promise<void> => {
    const origin = { topic: topic.name, topicId: events.id, at: new Date(0).toISOString() };
    const records = letters.map((letter) => ({
      ...{ key: letter.key, value: letter.value },
      headers: letterHeaders(letter, origin),
    }));
    await produceRaw(deadLetters, records);
  };
  const feed = new LiveFeed({
    ...{ registry, history, blocked: servers.blocked, topicId: events.id, putAside, contract },
    models: models.map(({ projection, store }) => ({ projection, store: refusesSome(store, refusing) })),
    limit: { attempts: 2, pause: () => Promise.resolve() },
    onSuspended: (_, error) => Promise.reject(error as Error),
    onGone: (_, error) => Promise.reject(error as Error),
  });
  await feed.refresh();
  let next = 0n;
  return {
    ...{ servers, pool, refusing, known, putAside },
    /** Feeds values as the next records of partition 0; gives the ids their dead letters would have. */
    async fed(...given: readonly (ProductEvent | string | RecordToFeed)[]): Promise<string[]> {
      const from = next;
      const records = given.map((one, index) => ({
        ...{ offset: from + BigInt(index), key: null },
        ...(typeof one === 'object' && 'headers' in one
          ? one
          : { value: Buffer.from(typeof one === 'string' ? one : productEvents.encode(one)) }),
      }));
      next += BigInt(given.length);
      await feed.feed({ partition: 0, from, next, records });
      return records.map(({ offset }) => `${topic.name}:0:${offset}`);
    },
    /** The product's version in both live read models. */
    async versionsOf(id: string): Promise<number[]> {
      const read = models.map(async ({ projection, store }) => {
        const [live] = await registry.listGenerations({ projection: projection.name, states: ['LIVE'] });
        return (await store.read(live!.name, [id])).get(id)?.version ?? 0;
      });
      return Promise.all(read);
    },
  };
}

/** A store that takes no third version of some products, as one with a mapping too narrow would. */
function refusesSome(store: GenerationStore, refusing: ReadonlySet<string>): GenerationStore {
  const { writeWithPositions: _, ...others } = store;
  return {
    ...others,
    async write(name, documents, signal): Promise<WriteResult> {
      const isRefused = ({ id, version }: { id: string; version: number }) =>
        refusing.has(id) && version >= 3;
      const result = await store.write(
        name,
        documents.filter((one) => !isRefused(one)),
        signal,
      );
      const rejected = documents
        .filter(isRefused)
        .map(({ id, version }) => ({ id, version, reason: 'too narrow a mapping' }));
      return { ...result, rejected: [...result.rejected, ...rejected] };
    },
  };
}
