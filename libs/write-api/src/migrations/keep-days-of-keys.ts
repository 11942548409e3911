import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * For how many days a key was made, 0 for ever, which its successor is made for too: rotating a key shortens the time that it has left.
 * Null for keys of older releases.
 */
export class KeepDaysOfKeys implements MigrationInterface {
  readonly name = 'KeepDaysOfKeys1795219200011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_keys ADD COLUMN days integer CHECK (days >= 0)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_keys DROP COLUMN days');
  }
}
