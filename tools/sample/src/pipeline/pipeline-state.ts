import { Client, errors } from '@elastic/elasticsearch';
import { canaryAggregateType, canaryEventType } from '@reprise/events';
import type { ElasticsearchConfiguration } from '@reprise/runtime';
import { inSession } from './in-session.ts';

/** How far events have come on their way from the event store to the readers. */
export interface PipelineState {
  /** Events in the event store, without canaries, which become no document. */
  readonly stored: number;
  /** Outbox messages that are not in Kafka yet. */
  readonly unpublished: number;
  /** Those of them that the relay has put aside because Kafka refuses them. */
  readonly parked: number;
  /** Why the relay could not publish, when it says so. */
  readonly publishError?: string | undefined;
  /** Events contained in the documents that readers see: the sum of their versions. */
  readonly searchable: number;
}

export interface PipelineEndpoints {
  readonly writeDatabaseUrl: string;
  readonly elasticsearch: ElasticsearchConfiguration;
  readonly searchAlias: string;
}

/** Without canaries, which are written as long as the write side runs and are in no read model. */
const outboxState = `
  SELECT (SELECT count(*) FROM event_store WHERE aggregate_type <> '${canaryAggregateType}')::int AS stored,
    count(*)::int AS unpublished,
    count(*) FILTER (WHERE parked)::int AS parked,
    (array_agg(last_error ORDER BY id) FILTER (WHERE last_error IS NOT NULL))[1] AS error
  FROM outbox_events WHERE NOT processed AND type <> '${canaryEventType}'`;

export async function readPipelineState(endpoints: PipelineEndpoints): Promise<PipelineState> {
  const [outbox, searchable] = await Promise.all([
    readOutbox(endpoints.writeDatabaseUrl),
    readIndex(endpoints),
  ]);
  return { ...outbox, searchable };
}

/** The first half of it: what the write database knows. */
export async function readOutbox(writeDatabaseUrl: string): Promise<Omit<PipelineState, 'searchable'>> {
  return inSession(writeDatabaseUrl, async (client) => {
    const { rows } = await client.query<{
      stored: number;
      unpublished: number;
      parked: number;
      error: string | null;
    }>(outboxState);
    const { stored = 0, unpublished = 0, parked = 0, error = null } = rows[0] ?? {};
    return { stored, unpublished, parked, ...(error !== null && { publishError: error }) };
  });
}

/** A search also makes Elasticsearch refresh an index nobody has searched for a while. */
async function readIndex({ elasticsearch, searchAlias }: PipelineEndpoints): Promise<number> {
  const client = new Client({ ...elasticsearch, maxRetries: 0, requestTimeout: 10_000 });
  try {
    const query = { index: searchAlias, size: 0, aggs: { events: { sum: { field: 'version' } } } };
    const { aggregations } = await client.search<unknown, { events?: { value: number | null } }>(query);
    return aggregations?.events?.value ?? 0;
  } catch (error) {
    // No index yet, or one whose shards are only starting: nothing is searchable.
    if (error instanceof errors.ResponseError && [404, 503].includes(error.statusCode ?? 0)) return 0;
    throw error;
  } finally {
    await client.close();
  }
}
