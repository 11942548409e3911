import type { MigrationBuilder } from 'node-pg-migrate';

/** Lets a lease whose holder's session is gone be taken over at once, instead of after its time. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.leases ADD COLUMN present boolean NOT NULL DEFAULT false;');
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.leases DROP COLUMN present;');
}
