import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import {
  createReadModelPool,
  openGenerationStore,
  Registry,
  runReadModelMigrations,
  type GenerationStore,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { productSearch, projectionModule } from '@reprise/product-read-model';
import {
  afterFile,
  elasticsearch,
  freshDatabase,
  freshName,
  freshTopic,
  makeOdd,
  testEndpoints,
  type FreshTopic,
  type SettingsLevel,
} from '@reprise/test-kit';
import { defaultGateLimits } from '../gate/gate.ts';
import type { RebuildControl, RebuildOptions, RebuildServers } from '../rebuild-options.ts';
import { rebuildReadModel } from '../rebuild/rebuild.ts';

export interface TestReadModel {
  readonly projection: Projection;
  readonly topic: FreshTopic;
  readonly alias: string;
  readonly store: GenerationStore;
  readonly registry: Registry;
  readonly databaseUrl: string;
  /** As the database's owner, who may do what no process may. */
  readonly ownerUrl: string;
  readonly servers: RebuildServers;
  rebuild(
    options?: Partial<RebuildOptions>,
    control?: Partial<RebuildControl>,
    servers?: Partial<RebuildServers>,
  ): ReturnType<typeof rebuildReadModel>;
}

/**
 * Names of what is stored for one fingerprint, which holds the id of the topic and so belongs to one test file: the server also has
 * what other files make and delete meanwhile.
 */
export async function storedFor({ store }: TestReadModel, fingerprint: string): Promise<string[]> {
  return (await store.list()).filter((name) => name.includes(fingerprint.slice(0, 8)));
}

/** Deletes a generation's index or table as somebody would by hand, with the readers' alias or view on it. */
export async function deleteByHand({ databaseUrl, store }: TestReadModel, name: string): Promise<void> {
  if (store.kind === 'elasticsearch') {
    await elasticsearch().indices.delete({ index: name });
    return;
  }
  const pool = createReadModelPool(databaseUrl, { max: 1 });
  await pool.query(`DROP TABLE generations.${name} CASCADE`).finally(() => pool.end());
}

/**
 * A read model (product_search unless another is given) on real servers, with a database, a topic and an alias of the test
 * file's own, all gone afterwards.
 */
export async function testReadModel(options: {
  readonly partitions: number;
  readonly topicConfig?: Readonly<Record<string, string>>;
  readonly projection?: Projection;
  /** Where the read-model database has odd session settings. */
  readonly oddSettings?: SettingsLevel;
}): Promise<TestReadModel> {
  const projection = options.projection ?? (productSearch as unknown as Projection);
  const endpoints = testEndpoints();
  const database = await freshDatabase('read');
  if (options.oddSettings !== undefined) await makeOdd(database, options.oddSettings);
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const client = createElasticsearchClient(endpoints.elasticsearch);
  afterFile(async () => {
    await client.close();
    await pool.end();
  });
  const topic = await freshTopic({
    partitions: options.partitions,
    ...(options.topicConfig && { config: options.topicConfig }),
  });
  const alias = freshName('test_search');
  const store = openGenerationStore(projection, { elasticsearch: elasticsearchStores(client), pool, alias });
  const registry = new Registry(pool);
  afterFile(async () => {
    const names = (await registry.listGenerations())
      .filter(({ state }) => state !== 'PRUNED')
      .map(({ name }) => name);
    if (names.length > 0) await client.indices.delete({ index: names, ignore_unavailable: true });
  });
  const servers: RebuildServers = {
    kafka: endpoints.kafka,
    topic: topic.name,
    registry,
    store,
    history: undefined,
    eventStore: undefined,
  };
  const defaults: RebuildOptions = {
    projection,
    mode: 'APPLY',
    source: 'kafka',
    promote: true,
    resume: 'auto',
    batchSize: 200,
    workers: 1,
    projectionModule,
    memoryBytes: 512 << 20,
    gate: defaultGateLimits,
  };
  return {
    projection,
    topic,
    alias,
    store,
    registry,
    databaseUrl: database.feederUrl,
    ownerUrl: database.url,
    servers,
    rebuild: (overrides = {}, control = {}, replaced = {}) =>
      rebuildReadModel(
        { ...defaults, ...overrides },
        { ...servers, ...replaced },
        { signal: new AbortController().signal, ...control },
      ),
  };
}
