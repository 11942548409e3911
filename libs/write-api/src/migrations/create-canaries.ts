import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { canaryTable } from '../canary/canary-aggregate.ts';

/** The state of canaries, which are written like any other aggregate. A few hundred rows, and never more. */
export class CreateCanaries implements MigrationInterface {
  readonly name = 'CreateCanaries1795219200010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ${canaryTable} (
        id uuid PRIMARY KEY,
        version integer NOT NULL CHECK (version >= 1),
        turn bigint NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE ${canaryTable}`);
  }
}
