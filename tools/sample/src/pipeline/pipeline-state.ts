import { inSession } from './in-session.ts';

/** How far events have come on their way from the event store to the readers. */
export interface PipelineState {
  /** Events in the event store. */
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
  readonly elasticsearchNode: string;
  readonly searchAlias: string;
}

const outboxState = `
  SELECT (SELECT count(*) FROM event_store)::int AS stored,
    (SELECT count(*) FROM outbox_events WHERE NOT processed)::int AS unpublished,
    (SELECT count(*) FROM outbox_events WHERE NOT processed AND parked)::int AS parked,
    (SELECT last_error FROM outbox_events WHERE NOT processed AND last_error IS NOT NULL ORDER BY id LIMIT 1) AS error`;

/** Reads the embedded servers; they ask for no credentials. */
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
async function readIndex({ elasticsearchNode, searchAlias }: PipelineEndpoints): Promise<number> {
  const response = await fetch(`${elasticsearchNode}/${encodeURIComponent(searchAlias)}/_search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ size: 0, aggs: { events: { sum: { field: 'version' } } } }),
    signal: AbortSignal.timeout(10_000),
  });
  // No index yet, or one whose shards are only starting: nothing is searchable.
  if (response.status === 404 || response.status === 503) return 0;
  if (!response.ok) throw new Error(`Elasticsearch answers ${response.status}: ${await response.text()}`);
  const { aggregations } = (await response.json()) as { aggregations?: { events?: { value?: number } } };
  return aggregations?.events?.value ?? 0;
}
