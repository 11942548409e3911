import type { MigrationBuilder } from 'node-pg-migrate';

/** Which record a discard takes out of which read models, for every fold of the log. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.dead_letter_actions
  -- Of a discard: the event its record holds; null for a record that is no event.
  ADD COLUMN event_id text,
  -- Of a discard: the projections that leave the record out; null for every projection, those to come included.
  ADD COLUMN left_out_of text[];
-- Earlier discards did not say of which projections: those that were blocked by the record, else all of them.
UPDATE registry.dead_letter_actions AS action
SET left_out_of = (
  SELECT array_agg(blocked.projection) FROM registry.blocked_aggregates AS blocked
  WHERE blocked.topic_id = action.topic_id AND blocked.partition = action.partition AND blocked.log_offset = action.log_offset)
WHERE action.action = 'discard';
CREATE INDEX dead_letter_actions_discards ON registry.dead_letter_actions (aggregate_id) WHERE action = 'discard';
`);
}

/** Forgets which projections leave a record out; the discards themselves stay on record. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
DROP INDEX registry.dead_letter_actions_discards;
ALTER TABLE registry.dead_letter_actions DROP COLUMN event_id, DROP COLUMN left_out_of;
`);
}
