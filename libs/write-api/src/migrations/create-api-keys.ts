import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Keys of callers: hashes only. When a key was last used stands in another table, so that the application, which writes that down,
 * cannot change what a key allows.
 */
export class CreateApiKeys implements MigrationInterface {
  readonly name = 'CreateApiKeys1795219200008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_keys (
        id text PRIMARY KEY CHECK (id ~ '^[0-9a-f]{16}$'),
        environment text NOT NULL,
        name text NOT NULL,
        hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE api_key_uses (
        key_id text PRIMARY KEY REFERENCES api_keys,
        used_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_key_uses, api_keys');
  }
}
