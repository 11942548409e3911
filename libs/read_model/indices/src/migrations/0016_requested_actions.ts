import type { MigrationBuilder } from 'node-pg-migrate';

/** What somebody asked the console for: who approved it, where its job runs and what came of it. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
CREATE TABLE registry.requested_actions (
  id uuid PRIMARY KEY,
  action text NOT NULL,
  projection text,
  -- As it was asked for, and as the job is started.
  request jsonb NOT NULL,
  arguments text[] NOT NULL,
  state text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Of one that waits for a second person.
  expires_at timestamptz,
  approved_by text,
  approved_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  exit_code integer,
  message text,
  -- How its job is found again.
  job jsonb,
  run_id uuid,
  notices jsonb NOT NULL DEFAULT '[]',
  output jsonb
);
CREATE INDEX requested_actions_newest ON registry.requested_actions (requested_at DESC);
CREATE INDEX requested_actions_open ON registry.requested_actions (requested_at) WHERE ended_at IS NULL;
`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql('DROP TABLE registry.requested_actions');
}
