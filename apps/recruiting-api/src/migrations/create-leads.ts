import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The current state of every lead: what commands are decided on. Rebuilt from nothing else, read by nobody else. */
export class CreateLeads implements MigrationInterface {
  readonly name = 'CreateLeads1795996800002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE leads (
        id uuid PRIMARY KEY,
        version integer NOT NULL CHECK (version >= 1),
        title text NOT NULL,
        company text NOT NULL,
        location text,
        headcount integer NOT NULL CHECK (headcount >= 1),
        status text NOT NULL CHECK (status IN ('open', 'filled', 'closed', 'withdrawn')),
        proposed uuid[] NOT NULL,
        placed uuid[] NOT NULL,
        closing_reason text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT leads_place_the_proposed CHECK (placed <@ proposed AND cardinality(placed) <= headcount)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE leads');
  }
}
