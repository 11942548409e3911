import { contextSettings, type Context, type ContextSettings, type EventStoreUrls } from '@reprise/contexts';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { StoreAdapter } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import {
  endpointSettings,
  type Configuration,
  type ElasticsearchConfiguration,
  type KafkaConfiguration,
  type Settings,
} from '@reprise/runtime';
import { needsElasticsearch, type StoreAdapters } from './store-adapters.ts';

/** Where the servers of some contexts' read models are. */
export interface ReadModelConfiguration extends Pick<
  Configuration,
  'kafka' | 'readModelDatabaseUrl' | 'repairQueueLimit' | 'repairAttempts'
> {
  readonly contexts: readonly ContextSettings<Projection>[];
  /** Left out where nothing is stored there. */
  readonly connectElasticsearch?: () => StoreAdapter<ElasticsearchStorage>;
}

/** Servers that a program names itself, in the place of environment variables. */
export interface GivenServers {
  readonly kafka?: KafkaConfiguration;
  /** URL of the read-model database. */
  readonly readModelDatabase?: string;
  readonly elasticsearch?: ElasticsearchConfiguration;
  /** URLs of event stores, by context. */
  readonly eventStores?: EventStoreUrls;
}

export interface ReadModelsMeant {
  readonly contexts: readonly Context<Projection>[];
  /** The read models of theirs that are worked with; all if left out. Adapters of others are not needed. */
  readonly projections?: readonly Projection[];
  /** What `loadAdapters` found for them. */
  readonly adapters: StoreAdapters;
  readonly given?: GivenServers;
  /** False for what reads no event: the schemas of their contracts, which take milliseconds a type, are then not looked at. */
  readonly readsEvents?: boolean | undefined;
}

/**
 * Reads where the servers of these contexts' read models are. What is wrong becomes a problem of `settings`, a missing adapter and a schema that is none too;
 * settings of other contexts, and of stores that none of the read models is in, are not looked at.
 */
export function readModelSettings(settings: Settings, meant: ReadModelsMeant): ReadModelConfiguration {
  const { contexts, adapters, given = {}, readsEvents = true } = meant;
  const projections = meant.projections ?? contexts.flatMap((context) => context.projections);
  for (const { name, events } of readsEvents ? contexts : [])
    for (const problem of events.problems()) settings.problem(`context "${name}": the schema of ${problem}`);
  return {
    kafka: given.kafka ?? endpointSettings(settings, ['kafka']).kafka,
    readModelDatabaseUrl:
      given.readModelDatabase ?? endpointSettings(settings, ['readModelDatabase']).readModelDatabaseUrl,
    ...(needsElasticsearch(projections) && elasticsearchOf(settings, projections, adapters, given)),
    ...endpointSettings(settings, ['repairQueueLimit', 'repairAttempts']),
    contexts: contextSettings(settings, contexts, ['eventStore'], given.eventStores),
  };
}

function elasticsearchOf(
  settings: Settings,
  projections: readonly Projection[],
  { elasticsearch: connect, noElasticsearch }: StoreAdapters,
  given: GivenServers,
): Pick<ReadModelConfiguration, 'connectElasticsearch'> {
  const connection = given.elasticsearch ?? endpointSettings(settings, ['elasticsearch']).elasticsearch;
  if (connect) return { connectElasticsearch: () => connect(connection) };
  const stored = projections.filter((one) => needsElasticsearch([one])).map(({ name }) => name);
  settings.problem(
    `${stored.join(', ')}: stored in Elasticsearch, ${noElasticsearch ?? 'of which no adapter was loaded'}`,
  );
  return {};
}
