import {
  createReadModelPool,
  Registry,
  runReadModelMigrations,
  type Generation,
} from '@reprise/read-model-indices';
import { keepFed } from '@reprise/read-model-indices/testing';
import { afterFile, elasticsearch, freshDatabase, freshName, type FreshTopic } from '@reprise/test-kit';

export interface OwnReadModel {
  readonly registry: Registry;
  readonly alias: string;
  /** What a process needs to work on it, beside the endpoints of the servers. */
  readonly env: Record<string, string>;
  /** Has the registry take generations for fed by a consumer, from now on; `removeFeeder` ends it. */
  fedBy(
    feederId: string,
    generations: readonly Pick<Generation, 'uuid'>[],
    partitions?: readonly number[],
  ): Promise<void>;
}

/** A migrated read-model database and an alias of the test file's own for a topic; all generations are gone afterwards. */
export async function ownReadModel(topic: FreshTopic): Promise<OwnReadModel> {
  const database = await freshDatabase('read');
  await runReadModelMigrations(database.url);
  const pool = createReadModelPool(database.feederUrl);
  const registry = new Registry(pool);
  afterFile(async () => {
    for (const { name } of await registry.listGenerations())
      await elasticsearch().indices.delete({ index: name, ignore_unavailable: true });
    await pool.end();
  });
  const alias = freshName('test_search');
  const env = {
    PRODUCT_EVENTS_TOPIC: topic.name,
    SEARCH_ALIAS: alias,
    READ_MODEL_DATABASE_URL: database.feederUrl,
    READ_MODEL_DATABASE_OWNER_URL: database.url,
  };
  return {
    registry,
    alias,
    env,
    fedBy: (feederId, generations, partitions = [0]) =>
      keepFed(
        database.feederUrl,
        feederId,
        generations.map(({ uuid }) => ({ generation: uuid, partitions })),
      ),
  };
}
