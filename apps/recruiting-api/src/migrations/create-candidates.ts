import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The current state of every candidate: what commands are decided on. Rebuilt from nothing else, read by nobody else. */
export class CreateCandidates implements MigrationInterface {
  readonly name = 'CreateCandidates1795996800001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE candidates (
        id uuid PRIMARY KEY,
        version integer NOT NULL CHECK (version >= 1),
        name text NOT NULL,
        email text NOT NULL,
        source text,
        skills text[] NOT NULL,
        stage text NOT NULL CHECK (stage IN ('applied', 'screening', 'interview', 'offer', 'hired')),
        status text NOT NULL CHECK (status IN ('active', 'rejected', 'erased')),
        rejection_reason text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT candidates_erased_are_empty
          CHECK (status <> 'erased' OR (name = '' AND email = '' AND source IS NULL AND skills = '{}'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE candidates');
  }
}
