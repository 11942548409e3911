import type { MigrationBuilder } from 'node-pg-migrate';

/** How many partitions the topic of a generation had: where versions are positions, they mean something with that number only. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
-- Null for generations from before this was recorded.
ALTER TABLE registry.generations ADD COLUMN partitions integer CHECK (partitions > 0);
`);
}

/** Forgets the numbers; generations whose versions are positions are not fed any more then, and have to be rebuilt. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.generations DROP COLUMN partitions;');
}
