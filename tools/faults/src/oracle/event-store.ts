import type { World } from '../cluster/world.ts';
import type { PlainEvent } from './fold.ts';

/** A committed event: what is promised to arrive. */
export interface Committed {
  readonly text: string;
  readonly event: PlainEvent;
}

/** Every committed event, by product and version. */
export async function committedEvents({ write }: World): Promise<Committed[]> {
  const { rows } = await write.query<{ text: string }>(
    'SELECT envelope::text AS text FROM event_store ORDER BY aggregate_id, aggregate_version',
  );
  return rows.map(({ text }) => ({ text, event: JSON.parse(text) as PlainEvent }));
}

/** Outbox rows that are neither published nor parked. */
export async function unpublished({ write }: World): Promise<number> {
  const { rows } = await write.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM outbox_events WHERE NOT processed AND NOT parked',
  );
  return rows[0]?.count ?? 0;
}
