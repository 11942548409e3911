import type { MigrationBuilder } from 'node-pg-migrate';

/**
 * The newest whole comparison of a read model that found no difference: `{generation, digest, watermark, at}`. One value, because an
 * earlier release updates the other columns of the row without it.
 */
export function up(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.verifications ADD COLUMN proof jsonb');
}

export function down(pgm: MigrationBuilder): void {
  pgm.sql('ALTER TABLE registry.verifications DROP COLUMN proof');
}
