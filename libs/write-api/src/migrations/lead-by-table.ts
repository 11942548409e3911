import { dropLeaderTableSql, leaderTableSql } from '@reprise/outbox';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The table whose lock makes a relay the leader: unlike an advisory lock, only who was given the right can take it. */
export class LeadByTable implements MigrationInterface {
  readonly name = 'LeadByTable1795219200006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(leaderTableSql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(dropLeaderTableSql);
  }
}
