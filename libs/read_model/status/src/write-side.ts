import { eventStoreFault } from '@reprise/read-model-feed';
import { DependencyError } from '@reprise/read-model-indices';
import type { Pool } from 'pg';
import type { WriteSideFacts } from './facts.ts';

const measureSql = `
  SELECT count(*) FILTER (WHERE NOT parked)::float8 AS waiting, count(*) FILTER (WHERE parked)::float8 AS parked,
         (extract(epoch FROM clock_timestamp() - min(created_at)) * 1000)::float8 AS oldest_ms
  FROM unpublished_events`;

interface Row {
  readonly waiting: number;
  readonly parked: number;
  readonly oldest_ms: number | null;
}

/** Undefined table, no right to read it. */
const notThere = new Set(['42P01', '42501']);

/**
 * What the write side has committed and the event log does not have, from the view that readers of the event store may see.
 *
 * @param eventStore connects as a role that may read the event store
 * @throws DependencyError when the database does not answer, or has no such view yet
 */
export async function measureWriteSide(eventStore: Pool): Promise<WriteSideFacts> {
  try {
    const { rows } = await eventStore.query<Row>(measureSql);
    const { waiting, parked, oldest_ms: oldestMs } = rows[0]!;
    return { unpublished: waiting, parked, oldestMs: oldestMs === null ? null : Math.max(0, oldestMs) };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && notThere.has(code)) {
      throw new DependencyError(
        'postgres',
        'the database of EVENT_STORE_DATABASE_URL shows no view unpublished_events: run its migrations',
        { cause: error, retryable: false },
      );
    }
    throw eventStoreFault(eventStore, error, 'Nothing was changed.');
  }
}
