import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * Every run that an action began, oldest first: a pod that was evicted is replaced, and its successor resumes what it built as another
 * run. `run_id` stays the newest one, which an earlier release reads and writes beside this one; of a
 * cancellation that named the run it cancelled.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.requested_actions ADD COLUMN run_ids uuid[] NOT NULL DEFAULT '{}';
UPDATE registry.requested_actions SET run_ids = ARRAY[run_id] WHERE run_id IS NOT NULL AND action = 'rebuild';
`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.requested_actions DROP COLUMN run_ids');
}
