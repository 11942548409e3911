import type { MigrationBuilder } from 'node-pg-migrate';

const states = `'BUILDING', 'BUILT', 'VERIFIED', 'LIVE', 'STANDBY', 'RETIRED', 'INTERRUPTED', 'FAILED', 'ABANDONED', 'PRUNED'`;

/** A state for generations whose index or table is gone though nobody pruned them. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.generations DROP CONSTRAINT generations_state_check;
ALTER TABLE registry.generations ADD CONSTRAINT generations_state_check CHECK (state IN (${states}, 'GONE'));
`);
}

/** What is gone counts as retired again. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
UPDATE registry.generations SET state = 'RETIRED' WHERE state = 'GONE';
ALTER TABLE registry.generations DROP CONSTRAINT generations_state_check;
ALTER TABLE registry.generations ADD CONSTRAINT generations_state_check CHECK (state IN (${states}));
`);
}
