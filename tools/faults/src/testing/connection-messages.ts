import { createElasticsearchClient, elasticsearchStores } from '@reprise/elasticsearch';
import { projections } from '@reprise/product-read-model';
import { createReadModelPool, openGenerationStore, retrying } from '@reprise/read-model-indices';
import { messageOf, type SecuredPlatform } from './secured-platform.ts';

export type Elasticsearch = Parameters<typeof createElasticsearchClient>[0];

/** What the read models' store says about a connection to Elasticsearch that fails. */
export async function elasticsearchMessage(
  connection: Elasticsearch,
  { databaseUrl }: SecuredPlatform,
): Promise<string> {
  const client = createElasticsearchClient(connection, { requestTimeoutMs: 3_000 });
  const pool = createReadModelPool(databaseUrl('reprise_feeder', 'reprise_read'));
  const projection = projections.find(({ storage }) => storage.kind === 'elasticsearch')!;
  const store = openGenerationStore(projection, {
    elasticsearch: elasticsearchStores(client),
    pool,
    retryBudgetMs: 1,
  });
  const message = await messageOf(() => store.observeReaders());
  await Promise.all([client.close(), pool.end()]);
  return message;
}

/** What the registry says about a connection to Postgres that fails. */
export async function postgresMessage(url: string): Promise<string> {
  const pool = createReadModelPool(url);
  const message = await messageOf(() =>
    retrying(pool, 'answer', () => pool.query('SELECT 1'), { budgetMs: 1 }),
  );
  await pool.end();
  return message;
}
