import type { MigrationBuilder } from 'node-pg-migrate';

/** The queue of repair tasks. A task that is done is deleted, so the table holds open and failed ones only. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
CREATE TABLE registry.repair_tasks (
  projection text NOT NULL,
  -- Releases side by side have generations of their own, and each can repair only its own.
  projection_version integer NOT NULL,
  aggregate_id text NOT NULL CHECK (octet_length(aggregate_id) BETWEEN 1 AND 512),
  aggregate_type text NOT NULL,
  reason text NOT NULL CHECK (reason IN ('gap', 'dead-letter', 'verify', 'operator')),
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'FAILED')),
  error text,
  -- How often it was asked for: a request that comes while it is worked on must not be taken for done with it.
  requests bigint NOT NULL DEFAULT 1,
  attempts integer NOT NULL DEFAULT 0,
  -- Attempts that count towards giving up: a server out of reach is no fault of the task.
  failures integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  attempted_at timestamptz,
  -- While it is leased, when the lease ends.
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  claim_id uuid,
  lease_holder text,
  lease_expires_at timestamptz,
  PRIMARY KEY (projection, projection_version, aggregate_id)
) WITH (fillfactor = 70);
CREATE INDEX repair_tasks_due ON registry.repair_tasks (next_attempt_at) WHERE state = 'OPEN';
CREATE INDEX repair_tasks_claimed ON registry.repair_tasks (claim_id) WHERE claim_id IS NOT NULL;

-- Requests the full queue did not take.
CREATE TABLE registry.repair_refusals (
  projection text PRIMARY KEY,
  refused bigint NOT NULL,
  last_refused_at timestamptz NOT NULL
);
`);
}

/** Drops the queue with the tasks in it; verify finds again what they were about. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql('DROP TABLE registry.repair_refusals, registry.repair_tasks;');
}
