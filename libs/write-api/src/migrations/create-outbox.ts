import { dropOutboxTableSql, outboxTableSql } from '@reprise/outbox';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Messages on their way to the event log. The statements stand beside the relay's queries, which rely on their indices. */
export class CreateOutbox implements MigrationInterface {
  readonly name = 'CreateOutbox1795219200003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(outboxTableSql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(dropOutboxTableSql);
  }
}
