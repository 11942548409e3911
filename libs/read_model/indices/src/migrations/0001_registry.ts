import type { MigrationBuilder } from 'node-pg-migrate';

/** Generations, their positions, runs, leases and feeders; and the schema that holds the generations' tables. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
CREATE SCHEMA IF NOT EXISTS generations;

CREATE TABLE registry.generations (
  uuid uuid PRIMARY KEY,
  projection text NOT NULL,
  name text NOT NULL UNIQUE,
  storage text NOT NULL CHECK (storage IN ('elasticsearch', 'postgres')),
  fingerprint text NOT NULL,
  projection_version integer NOT NULL,
  topic text NOT NULL,
  topic_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('BUILDING', 'BUILT', 'VERIFIED', 'LIVE', 'STANDBY', 'RETIRED',
                                       'INTERRUPTED', 'FAILED', 'ABANDONED', 'PRUNED')),
  digest text,
  run_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  state_changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Names the call that made the last change of state, so that a call sent again after a lost answer knows its own work.
  change_id uuid
);
CREATE UNIQUE INDEX generations_one_live ON registry.generations (projection) WHERE state = 'LIVE';
CREATE INDEX generations_newest ON registry.generations (projection, created_at DESC);

CREATE TABLE registry.generation_positions (
  generation uuid NOT NULL REFERENCES registry.generations ON DELETE CASCADE,
  partition integer NOT NULL CHECK (partition >= 0),
  position bigint NOT NULL CHECK (position >= 0),
  PRIMARY KEY (generation, partition)
) WITH (fillfactor = 50);

CREATE TABLE registry.runs (
  run_id uuid PRIMARY KEY,
  projection text NOT NULL,
  mode text NOT NULL,
  source text NOT NULL,
  state text NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'INTERRUPTED')),
  generation uuid REFERENCES registry.generations ON DELETE SET NULL,
  fencing_token bigint,
  host text NOT NULL,
  pid integer NOT NULL,
  os_user text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  saved_at timestamptz,
  ended_at timestamptz,
  outcome text,
  exit_code integer,
  progress jsonb,
  checkpoint jsonb,
  receipt jsonb,
  cancel_requested_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX runs_newest ON registry.runs (projection, started_at DESC);
CREATE INDEX runs_by_generation ON registry.runs (generation);

-- One row per projection once it was leased, kept when the lease is released: the token in it only ever rises.
CREATE SEQUENCE registry.fencing_tokens;
CREATE TABLE registry.leases (
  projection text PRIMARY KEY,
  run_id uuid NOT NULL,
  holder text NOT NULL,
  token bigint NOT NULL,
  acquisition uuid NOT NULL,
  acquired_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE registry.feeders (
  feeder_id text PRIMARY KEY,
  heartbeat_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE registry.feeder_attachments (
  feeder_id text NOT NULL REFERENCES registry.feeders ON DELETE CASCADE,
  generation uuid NOT NULL REFERENCES registry.generations ON DELETE CASCADE,
  partition integer NOT NULL,
  PRIMARY KEY (feeder_id, generation, partition)
);

CREATE FUNCTION registry.notify_generations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('generations', NEW.projection || ' ' || NEW.uuid || ' ' || NEW.state);
  RETURN NULL;
END $$;
CREATE TRIGGER generations_created AFTER INSERT ON registry.generations
  FOR EACH ROW EXECUTE FUNCTION registry.notify_generations();
CREATE TRIGGER generations_moved AFTER UPDATE OF state ON registry.generations
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION registry.notify_generations();
`);
}

/** Drops the registry's tables; the generations' own tables and indices stay. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
DROP TABLE registry.feeder_attachments, registry.feeders, registry.leases, registry.runs,
           registry.generation_positions, registry.generations;
DROP FUNCTION registry.notify_generations();
DROP SEQUENCE registry.fencing_tokens;
`);
}
