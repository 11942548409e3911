import { createReadModelPool, Registry, runReadModelMigrations } from '@reprise/read-model-indices';
import { afterFile, elasticsearch, freshDatabase, freshName, type FreshTopic } from '@reprise/test-kit';

export interface OwnReadModel {
  readonly registry: Registry;
  readonly alias: string;
  /** What a process needs to work on it, beside the endpoints of the servers. */
  readonly env: Record<string, string>;
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
  return { registry, alias, env };
}
