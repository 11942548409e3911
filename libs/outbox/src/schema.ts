/**
 * DDL of the outbox, run by the write side's migration. It stands here because the relay's claim relies on the two partial
 * indices and on the trigger.
 *
 * - `payload` is `json`, not `jsonb`: the text goes to Kafka byte for byte.
 * - `outbox_events_unprocessed` is the queue: it holds unpublished rows only, so a claim costs the same whatever the history.
 * - `outbox_events_parked` names the aggregates whose later messages have to wait.
 * - A parked message is never a processed one; releasing it means `parked = false`.
 * - The trigger wakes the relay once per statement; Postgres delivers the notification when the transaction commits.
 * - Autovacuum starts after a fixed number of dead rows: each published message leaves one, and a share of a growing
 *   table would let dead index entries pile up in front of the claim.
 */
export const outboxTableSql = `
CREATE TABLE outbox_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL,
  aggregate_id uuid NOT NULL,
  aggregate_version integer NOT NULL,
  type text NOT NULL,
  payload json NOT NULL,
  processed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  last_error text,
  parked boolean NOT NULL DEFAULT false,
  CONSTRAINT outbox_events_parked_is_unpublished CHECK (NOT (parked AND processed))
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

CREATE INDEX outbox_events_unprocessed ON outbox_events (id) WHERE NOT processed;
CREATE INDEX outbox_events_parked ON outbox_events (aggregate_id) WHERE parked;

CREATE FUNCTION notify_outbox_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('outbox_events', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER outbox_events_notify AFTER INSERT ON outbox_events
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_events();
`;

/**
 * Later than the table: connections that wake the relay themselves (see `notifiesItself`) are spared the notification in their
 * transaction. All others keep it, so whatever writes to the outbox wakes the relay.
 */
export const notifyUnlessToldSql = `
DROP TRIGGER outbox_events_notify ON outbox_events;
CREATE TRIGGER outbox_events_notify AFTER INSERT ON outbox_events FOR EACH STATEMENT
  WHEN (current_setting('reprise.outbox_notify', true) IS DISTINCT FROM 'off')
  EXECUTE FUNCTION notify_outbox_events();
`;

/** Undoes {@link notifyUnlessToldSql}. */
export const notifyAlwaysSql = `
DROP TRIGGER outbox_events_notify ON outbox_events;
CREATE TRIGGER outbox_events_notify AFTER INSERT ON outbox_events
  FOR EACH STATEMENT EXECUTE FUNCTION notify_outbox_events();
`;

/**
 * The table that only the leading relay holds locked. It has no columns and never holds a row; who may UPDATE it may lock it.
 */
export const leaderTableSql = `
CREATE TABLE outbox_leader ();
COMMENT ON TABLE outbox_leader IS 'Locked in EXCLUSIVE mode by the relay that publishes. Holds nothing.';
`;

/** Undoes {@link leaderTableSql}. */
export const dropLeaderTableSql = 'DROP TABLE outbox_leader';

/**
 * Events that were committed and are not yet in the event log, for readers of the event store: that they wait and since when, not
 * what they say. Parked messages are those the log refused.
 */
export const unpublishedViewSql = `
CREATE VIEW unpublished_events AS
  SELECT aggregate_id, aggregate_version, created_at, parked FROM outbox_events WHERE NOT processed;
`;

/** Undoes {@link unpublishedViewSql}. */
export const dropUnpublishedViewSql = 'DROP VIEW unpublished_events';

/** Undoes {@link outboxTableSql}. Unpublished messages are lost with the table. */
export const dropOutboxTableSql = `
DROP TABLE outbox_events;
DROP FUNCTION notify_outbox_events();
`;
