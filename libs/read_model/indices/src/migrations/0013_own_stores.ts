import type { MigrationBuilder } from 'node-pg-migrate';

/** Lets generations and bindings name stores that are no part of Reprise. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.generations DROP CONSTRAINT generations_storage_check,
  ADD CONSTRAINT generations_storage_check CHECK (storage IN ('elasticsearch', 'postgres') OR storage LIKE 'own:_%');
ALTER TABLE registry.bindings DROP CONSTRAINT bindings_storage_check,
  ADD CONSTRAINT bindings_storage_check CHECK (storage IN ('elasticsearch', 'postgres') OR storage LIKE 'own:_%');
`);
}

/** Fails while a generation or binding of such a store is there: an earlier release could do nothing with it. */
export function down(pgm: MigrationBuilder): void {
  pgm.sql(`
ALTER TABLE registry.generations DROP CONSTRAINT generations_storage_check,
  ADD CONSTRAINT generations_storage_check CHECK (storage IN ('elasticsearch', 'postgres'));
ALTER TABLE registry.bindings DROP CONSTRAINT bindings_storage_check,
  ADD CONSTRAINT bindings_storage_check CHECK (storage IN ('elasticsearch', 'postgres'));
`);
}
