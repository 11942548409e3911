import { notifyAlwaysSql, notifyUnlessToldSql } from '@reprise/outbox';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Spares connections that wake the relay themselves the notification in each of their transactions. */
export class NotifyUnlessTold implements MigrationInterface {
  readonly name = 'NotifyUnlessTold1795219200005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(notifyUnlessToldSql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(notifyAlwaysSql);
  }
}
