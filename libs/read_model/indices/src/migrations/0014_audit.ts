import { auditTablesSql } from '@reprise/runtime/audit';
import type { MigrationBuilder } from 'node-pg-migrate';

/** What operators tried, and what came of it. */
export function up(pgm: MigrationBuilder): void {
  pgm.sql(auditTablesSql('registry.'));
}

/** Refuses: the audit is not dropped by a migration. */
export function down(): void {
  throw new Error(
    'The audit says what operators did and is not dropped by a migration; nothing was changed.',
  );
}
