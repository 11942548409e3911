import type { MigrationBuilder } from 'node-pg-migrate';

/** Builds of one generation by several processes: their captured extent, and what each shard has finished. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
CREATE TABLE registry.sharded_builds (
  generation uuid PRIMARY KEY REFERENCES registry.generations ON DELETE CASCADE,
  projection text NOT NULL,
  shards integer NOT NULL CHECK (shards >= 1),
  -- Names the job whose processes belong together, when they say so.
  job text,
  -- What every shard begins with: the captured extent, and slices that were finished before.
  checkpoint jsonb NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  closed_at timestamptz,
  outcome text,
  CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX sharded_builds_one_open ON registry.sharded_builds (projection) WHERE closed_at IS NULL;
CREATE INDEX sharded_builds_newest ON registry.sharded_builds (projection, opened_at DESC);

CREATE TABLE registry.shards (
  generation uuid NOT NULL REFERENCES registry.sharded_builds ON DELETE CASCADE,
  shard integer NOT NULL CHECK (shard >= 0),
  run_id uuid,
  checkpoint jsonb,
  built_at timestamptz,
  -- When its process told its caller how it ended, and when it last changed anything here.
  reported_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (generation, shard)
);

ALTER TABLE registry.runs ADD COLUMN shard text;
`);
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.runs DROP COLUMN shard;
DROP TABLE registry.shards, registry.sharded_builds;
`);
}
