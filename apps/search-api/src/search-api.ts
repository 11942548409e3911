import { Client } from '@elastic/elasticsearch';
import { openedAccess, type AccessConfiguration } from '@reprise/access';
import { createMetrics, type ElasticsearchConfiguration, type Logger } from '@reprise/runtime';
import { createHttpApplication, type HttpApplication, type HttpLimits } from '@reprise/http';
import { ProductIndex } from './product-index.ts';
import { ReadGenerations, searchProjection } from './read-generations.ts';
import { SearchApiModule } from './search-api.module.ts';

export interface SearchApiSettings {
  readonly access: AccessConfiguration;
  readonly elasticsearch: ElasticsearchConfiguration;
  readonly searchAlias: string;
  /** Whose generations the alias moves between; `product_search` unless given. */
  readonly projection?: string;
  /** How long one request to Elasticsearch may take, in milliseconds. */
  readonly requestTimeoutMs?: number;
}

/** Longer than the time limit of the search itself, so that Elasticsearch's own answer usually comes first. */
export const defaultRequestTimeoutMs = 5_000;

export interface SearchApi extends HttpApplication {
  /** Passes when Elasticsearch lets this process read; see {@link ProductIndex.reach}. */
  reach(): Promise<void>;
}

/** Builds the whole application; closing it closes its connections too. */
export async function createSearchApi(
  settings: SearchApiSettings,
  logger: Logger,
  limits?: Partial<HttpLimits>,
): Promise<SearchApi> {
  const { access, elasticsearch, searchAlias } = settings;
  const { projection = searchProjection, requestTimeoutMs = defaultRequestTimeoutMs } = settings;
  const client = new Client({ ...elasticsearch, requestTimeout: requestTimeoutMs, maxRetries: 1 });
  const metrics = createMetrics('search-api');
  const generations = new ReadGenerations(client, searchAlias, projection);
  const index = new ProductIndex(client, elasticsearch.node, searchAlias, generations);
  const application = await createHttpApplication(SearchApiModule.register({ index, metrics, logger }), {
    logger,
    access: openedAccess(access),
    metrics,
    ...(limits && { limits }),
    openApi: {
      title: 'Reprise search API',
      description:
        'Finds published products. Reads through the read alias only, so a rebuild is never seen half done.',
      version: '1.0',
    },
  });
  return {
    ...application,
    reach: () => index.reach(),
    close: async () => {
      await application.close();
      await client.close();
    },
  };
}
