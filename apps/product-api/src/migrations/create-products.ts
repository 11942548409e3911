import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The current state of every product: what commands are decided on. Rebuilt from nothing else, read by nobody else. */
export class CreateProducts implements MigrationInterface {
  readonly name = 'CreateProducts1795219200001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE products (
        id uuid PRIMARY KEY,
        version integer NOT NULL CHECK (version >= 1),
        title text NOT NULL,
        description text NOT NULL,
        brand text,
        category_id text NOT NULL,
        price_minor bigint NOT NULL CHECK (price_minor >= 0),
        currency char(3) NOT NULL,
        stock integer NOT NULL CHECK (stock >= 0),
        tags text[] NOT NULL,
        status text NOT NULL CHECK (status IN ('draft', 'published', 'deleted')),
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE products');
  }
}
