import { type RowSource } from './claim.ts';

export interface Backlog {
  /** Messages that wait to be published, including those behind a parked one but not the parked ones. */
  readonly unpublished: number;
  /** Messages the log refused. */
  readonly parked: number;
  /** Age of the oldest unpublished message by the database's clock; 0 when none waits. */
  readonly oldestSeconds: number;
  /** Age of the oldest open transaction that has written to the outbox: its messages cannot be seen yet. 0 when there is none. */
  readonly oldestWriterSeconds: number;
}

const backlogSql = `
  SELECT count(*) FILTER (WHERE NOT parked)::float8 AS unpublished, count(*) FILTER (WHERE parked)::float8 AS parked,
         coalesce(extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE NOT parked)), 0)::float8 AS "oldestSeconds",
         (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(activity.xact_start)), 0)::float8
          FROM pg_locks AS lock JOIN pg_stat_activity AS activity USING (pid)
          WHERE lock.relation = 'outbox_events'::regclass AND lock.mode = 'RowExclusiveLock') AS "oldestWriterSeconds"
  FROM outbox_events
  WHERE NOT processed AND ($1::bigint IS NULL OR id <= $1::bigint)`;

/**
 * Counts what waits. Reads every unpublished row: a backlog of a million takes most of a second.
 *
 * @param upTo counts only messages up to this id
 */
export async function measureBacklog(source: RowSource, upTo: string | null = null): Promise<Backlog> {
  const { rows } = await source.query(backlogSql, [upTo]);
  return (rows as [Backlog])[0];
}

/** The highest id of an unpublished message, or null when none waits. Bounds a drain while writers continue. */
export async function lastUnpublishedId(source: RowSource): Promise<string | null> {
  const { rows } = await source.query('SELECT max(id) AS id FROM outbox_events WHERE NOT processed', []);
  return (rows as { id: string | null }[])[0]?.id ?? null;
}
