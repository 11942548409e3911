import { dropUnpublishedViewSql, unpublishedViewSql } from '@reprise/outbox';
import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The view by which readers of the event store see what is committed and not published. */
export class ShowUnpublished implements MigrationInterface {
  readonly name = 'ShowUnpublished1795219200007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(unpublishedViewSql);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(dropUnpublishedViewSql);
  }
}
