import type { MigrationBuilder } from 'node-pg-migrate';

/** What the service levels are measured by: the last comparison of each read model, and canaries of generations that are tables. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
-- One row for each projection: the last whole comparison that came to an end.
CREATE TABLE registry.verifications (
  projection text PRIMARY KEY,
  generation text NOT NULL,
  outcome text NOT NULL,
  differing bigint NOT NULL CHECK (differing >= 0),
  verified_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- One row for each partition of a generation that readers use, beside its table: the last canary that was fed to it. It goes
-- with the table of the generation.
CREATE TABLE registry.canaries (
  generation text NOT NULL,
  partition integer NOT NULL CHECK (partition >= 0),
  log_offset bigint NOT NULL,
  sent_at timestamptz NOT NULL,
  PRIMARY KEY (generation, partition)
) WITH (fillfactor = 50);
`);
}

/** Forgets the last comparisons; the next ones enter themselves again. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql('DROP TABLE registry.canaries, registry.verifications;');
}
