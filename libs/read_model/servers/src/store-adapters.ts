import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { StoreAdapter } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { isError, type ElasticsearchConfiguration } from '@reprise/runtime';

/** Adapters that are installed only where something is stored with them. */
export interface StoreAdapters {
  readonly elasticsearch?: ConnectElasticsearch;
  /** Why the adapter of Elasticsearch is not there, with what to do about it. */
  readonly noElasticsearch?: string;
}

type ConnectElasticsearch = (connection: ElasticsearchConfiguration) => StoreAdapter<ElasticsearchStorage>;

/** Whether one of these read models is an index. */
export function needsElasticsearch(projections: readonly Pick<Projection, 'storage'>[]): boolean {
  return projections.some(({ storage }) => storage.kind === 'elasticsearch');
}

/**
 * Loads the adapters that these read models are stored with, and no other: its client takes a while to load, and a user of Postgres
 * alone has not installed it. One that is missing is no exception, so that it is reported together with all other problems.
 *
 * @param load how the adapter of Elasticsearch is imported
 */
export async function loadAdapters(
  projections: readonly Pick<Projection, 'storage'>[],
  load: () => Promise<{ readonly connectElasticsearch: ConnectElasticsearch }> = () =>
    import('@reprise/elasticsearch'),
): Promise<StoreAdapters> {
  if (!needsElasticsearch(projections)) return {};
  try {
    return { elasticsearch: (await load()).connectElasticsearch };
  } catch (error) {
    if (!isError(error)) throw error;
    const { code } = error as { readonly code?: string };
    const isMissing = code === 'ERR_MODULE_NOT_FOUND' && error.message.includes("'@reprise/elasticsearch'");
    return {
      noElasticsearch: isMissing
        ? 'whose adapter is not installed: npm install @reprise/elasticsearch'
        : `whose adapter @reprise/elasticsearch does not load: ${error.message.split('\n')[0]}`,
    };
  }
}
