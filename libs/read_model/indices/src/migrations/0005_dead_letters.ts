import type { MigrationBuilder } from 'node-pg-migrate';

/** Which aggregates wait behind a dead letter, and what operators did about dead letters. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
-- One row for each version that could not be applied. It holds a wait only while that version is the next one its aggregate needs;
-- a row that was passed (by a redrive, a repair, the event itself) is without effect until it is taken out.
CREATE TABLE registry.blocked_aggregates (
  topic_id text NOT NULL,
  projection text NOT NULL,
  aggregate_id text NOT NULL CHECK (octet_length(aggregate_id) BETWEEN 1 AND 512),
  version bigint NOT NULL,
  -- Where in the log the dead letter came from that the others wait behind.
  partition integer NOT NULL,
  log_offset bigint NOT NULL,
  reason text NOT NULL,
  -- Whether the event store was asked for that version already, in vain.
  remedy_sought boolean NOT NULL,
  -- Highest version put aside behind it: whoever takes the row out must have applied that one too.
  last_parked bigint NOT NULL,
  blocked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (topic_id, projection, aggregate_id, version)
) WITH (fillfactor = 70);

-- Append-only: who did what to which dead letter, when, and what came of it.
CREATE TABLE registry.dead_letter_actions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  topic_id text NOT NULL,
  partition integer NOT NULL,
  log_offset bigint NOT NULL,
  aggregate_id text,
  version bigint,
  action text NOT NULL CHECK (action IN ('redrive', 'discard')),
  outcome text NOT NULL,
  detail text,
  host text NOT NULL,
  os_user text NOT NULL,
  acted_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX dead_letter_actions_of_letter ON registry.dead_letter_actions (topic_id, partition, log_offset, id);
`);
}

/** Drops both tables; the dead letters themselves stay in their topic, all of them open. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql('DROP TABLE registry.dead_letter_actions, registry.blocked_aggregates;');
}
