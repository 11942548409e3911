import { consumerGroupOf, describeTopic } from '@reprise/read-model-feed';
import { createReadModelPool, Registry } from '@reprise/read-model-indices';
import { projections } from '@reprise/product-read-model';
import { readConfiguration } from '@reprise/runtime';
import { startApp, type AppName, type AppProcess } from '@reprise/start';
import type { Session } from '../session.ts';
import { createTopic, deleteGroup, deleteTopic } from './topic.ts';
import { createWriteDatabase, type WriteDatabase } from './write-database.ts';

/** The applications on databases, topics and an alias of the run's own. */
export interface Pipeline extends WriteDatabase {
  readonly topic: string;
  readonly searchAlias: string;
  readonly registry: Registry;
  /** Starts an application, with its own settings beside those of all, and waits until it is ready. The session stops it, unless the caller did. */
  start(
    name: AppName,
    settings?: Readonly<Record<string, string>>,
  ): Promise<{ readonly origin: string; readonly app: AppProcess }>;
  /** Aborts when the benchmark is interrupted or an application ends that nobody stopped. */
  readonly signal: AbortSignal;
}

export interface PipelineOptions {
  readonly partitions: number;
  /** A topic that is there already, and stays; else a new one is made. */
  readonly topic?: string;
  /** Settings of the applications beside the endpoints. */
  readonly env?: Readonly<Record<string, string>>;
}

/** More than any benchmark sends: requests are counted, and none is refused. */
const unlimited = {
  HTTP_CREDENTIAL_REQUESTS: '100000000',
  HTTP_ADDRESS_REQUESTS: '100000000',
  HTTP_ANONYMOUS_REQUESTS: '100000000',
  HTTP_FAILED_CREDENTIALS: '100000000',
};

/** Makes what the applications need. All of it goes with the session, what they made themselves included. */
export async function openPipeline(
  session: Session,
  { partitions, topic: given, env: settings }: PipelineOptions,
): Promise<Pipeline> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const writeDatabase = await createWriteDatabase(session);
  const pool = createReadModelPool(session.readDatabaseUrl);
  session.atEnd(() => pool.end());
  const registry = new Registry(pool);
  session.atEnd(() => deleteFedIndices(session, registry));
  const topic = given ?? (await ownTopic(session, 'events', partitions));
  const deadLetters = await ownTopic(session, 'dead_letters', 1);
  const searchAlias = `${session.name}_products`;
  const env = {
    ...process.env,
    ...unlimited,
    // A canary is an event too, which nobody counted on.
    CANARY_SECONDS: '0',
    ...settings,
    REPRISE_CONTEXTS: 'product',
    WRITE_DATABASE_URL: writeDatabase.writeDatabaseUrl,
    OUTBOX_DATABASE_URL: writeDatabase.writeDatabaseUrl,
    EVENT_STORE_DATABASE_URL: writeDatabase.eventStoreUrl,
    READ_MODEL_DATABASE_URL: session.readDatabaseUrl,
    PRODUCT_EVENTS_TOPIC: topic,
    DEAD_LETTER_TOPIC: deadLetters,
    SEARCH_ALIAS: searchAlias,
    PRODUCT_API_PORT: '0',
    OUTBOX_RELAY_PORT: '0',
    PROJECTION_CONSUMER_PORT: '0',
  };
  const failed = new AbortController();
  let ending = false;
  return {
    ...writeDatabase,
    topic,
    searchAlias,
    registry,
    signal: AbortSignal.any([session.signal, failed.signal]),
    async start(name, own) {
      if (name === 'projection-consumer')
        session.atEnd(async () => {
          const group = consumerGroupOf(await describeTopic(kafka, topic), projections);
          await deleteGroup(kafka, group);
        });
      const app = startApp(name, { env: { ...env, ...own } });
      session.atEnd(() => {
        ending = true;
        return app.stop();
      });
      void app.ended.then((code) => {
        if (!ending && code !== 0)
          failed.abort(new Error(`${name} ended with ${code}. Its last lines:\n${app.lastLines()}`));
      });
      return { ...(await app.ready()), app };
    },
  };
}

/** Makes a topic that is deleted with the session. */
export async function ownTopic(session: Session, purpose: string, partitions: number): Promise<string> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const topic = `${session.name}.${purpose}`;
  await createTopic(kafka, topic, partitions);
  session.atEnd(() => deleteTopic(kafka, topic));
  return topic;
}

/** Indices the consumer made carry the names all indices have; the registry of the run knows which ones they are. */
async function deleteFedIndices({ client }: Session, registry: Registry): Promise<void> {
  for (const { name, storage, state } of await registry.listGenerations()) {
    if (storage === 'elasticsearch' && state !== 'PRUNED')
      await client.indices.delete({ index: name, ignore_unavailable: true });
  }
}
