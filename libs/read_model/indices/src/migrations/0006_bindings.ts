import type { MigrationBuilder } from 'node-pg-migrate';

/** Which event log and which readers the registry of each projection belongs to. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
CREATE TABLE registry.bindings (
  projection text PRIMARY KEY,
  topic text NOT NULL,
  -- Kafka's own id of its cluster; null until Kafka could be asked.
  cluster_id text,
  storage text NOT NULL CHECK (storage IN ('elasticsearch', 'postgres')),
  -- Alias or view.
  readers text NOT NULL,
  bound_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- One alias or view serves one read model.
  CONSTRAINT bindings_one_projection UNIQUE (storage, readers)
);
`);
}

/** Forgets what the registry belongs to; the next process that uses it records it again from what the registry holds. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql('DROP TABLE registry.bindings;');
}
