import { auditTablesSql } from '@reprise/runtime/audit';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who made, replaced or revoked a key, and what came of it. Rights on it are given with all others, after the migrations. */
export class CreateAudit implements MigrationInterface {
  readonly name = 'CreateAudit1795219200009';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(auditTablesSql(''));
  }

  async down(): Promise<void> {
    throw new Error(
      'The audit says who changed keys and is not dropped by a migration; nothing was changed.',
    );
  }
}
