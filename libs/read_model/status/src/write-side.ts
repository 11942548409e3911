import { quotedTable, type EventStore } from '@reprise/read-model-feed';
import { DependencyError } from '@reprise/read-model-indices';
import type { WriteSideFacts } from './facts.ts';

const measureSql = (view: string) => `
  SELECT count(*) FILTER (WHERE NOT parked)::float8 AS waiting, count(*) FILTER (WHERE parked)::float8 AS parked,
         (extract(epoch FROM clock_timestamp() - min(created_at)) * 1000)::float8 AS oldest_ms
  FROM ${view}`;

interface Row {
  readonly waiting: number;
  readonly parked: number;
  readonly oldest_ms: number | null;
}

/** Undefined table, no right to read it. */
const notThere = new Set(['42P01', '42501']);

/**
 * How to measure what the write side has committed and the event log does not have, from the view that readers of the event store
 * may see; undefined where no event store is configured or its declaration names no such view.
 */
export function writeSideOf(eventStore: EventStore | undefined): (() => Promise<WriteSideFacts>) | undefined {
  const view = eventStore?.table.unpublished;
  return eventStore && view && (() => measure(eventStore, view));
}

/** @throws DependencyError when the database does not answer, or has no such view yet */
async function measure(
  eventStore: EventStore,
  view: NonNullable<EventStore['table']['unpublished']>,
): Promise<WriteSideFacts> {
  try {
    const { rows } = await eventStore.pool.query<Row>(measureSql(quotedTable(view)));
    const { waiting, parked, oldest_ms: oldestMs } = rows[0]!;
    return { unpublished: waiting, parked, oldestMs: oldestMs === null ? null : Math.max(0, oldestMs) };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && notThere.has(code)) {
      throw new DependencyError(
        'postgres',
        `the database of ${eventStore.setting} shows no view ${view.name}: run its migrations`,
        { cause: error, retryable: false },
      );
    }
    throw eventStore.fault(error, 'Nothing was changed.');
  }
}
