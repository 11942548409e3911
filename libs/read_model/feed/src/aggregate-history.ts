import { decodeEvent, type ProductEvent } from '@reprise/events';
import type { Pool } from 'pg';
import type { AggregateHistory } from './feed-events.ts';

/**
 * Reads one aggregate's events from the event store, in version order, through a role that may read nothing else.
 * @throws Error when a stored event no longer decodes: the permanent log is then damaged and nothing can be repaired from it
 */
export function aggregateHistory(eventStore: Pool): AggregateHistory {
  return async (aggregateId) => {
    const { rows } = await eventStore.query<{ envelope: string }>(
      'SELECT envelope::text AS envelope FROM event_store WHERE aggregate_id = $1 ORDER BY aggregate_version',
      [aggregateId],
    );
    return rows.map(({ envelope }) => decodeStored(envelope, aggregateId));
  };
}

function decodeStored(envelope: string, aggregateId: string): ProductEvent {
  const decoded = decodeEvent(envelope);
  if (decoded.ok) return decoded.event;
  throw new Error(
    `An event of product ${aggregateId} in the event store does not decode (${decoded.reason}: ${decoded.message}). ` +
      'Nothing of this product was changed. Deploy the version that knows this event, or find out who wrote it.',
  );
}
