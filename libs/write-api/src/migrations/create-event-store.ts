import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The permanent log of domain events, and the group role that may read it and nothing else.
 *
 * `position` says where a row stands in the table, never what came first: identity values are handed out before their
 * transactions commit. Within an aggregate, `aggregate_version` is the order. `envelope` is json, not jsonb, so that the
 * text an event was encoded to is kept byte for byte.
 */
export class CreateEventStore implements MigrationInterface {
  readonly name = 'CreateEventStore1795219200002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE event_store (
        position bigint GENERATED ALWAYS AS IDENTITY,
        event_id uuid NOT NULL UNIQUE,
        aggregate_type text NOT NULL,
        aggregate_id uuid NOT NULL,
        aggregate_version integer NOT NULL CHECK (aggregate_version >= 1),
        type text NOT NULL,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        envelope json NOT NULL,
        PRIMARY KEY (aggregate_id, aggregate_version)
      )`);
    await runner.query(`
      CREATE FUNCTION refuse_event_store_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION USING
          ERRCODE = 'restrict_violation',
          MESSAGE = format('%s on event_store refused: the event store is append-only', TG_OP),
          DETAIL = 'Read models are rebuilt from these rows; a changed or missing one would change the past.',
          HINT = 'Correct a mistake by appending an event that says so.';
      END $$`);
    await runner.query(`
      CREATE TRIGGER event_store_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_store
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_store_change()`);
    // A session in replica mode skips ordinary triggers; this one fires there too.
    await runner.query('ALTER TABLE event_store ENABLE ALWAYS TRIGGER event_store_is_append_only');
    await runner.query(createReaderRole);
    await runner.query(grantReaderRole);
  }

  async down(): Promise<void> {
    throw new Error(
      'The event store is the permanent log of all that happened and is not dropped by a migration; nothing was changed. ' +
        'To start over, drop the whole database and migrate an empty one.',
    );
  }
}

/** Roles belong to the server, not to one database: another database's migration may create it at the same moment. */
const createReaderRole = `
  DO $$
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'event_store_reader') THEN
      CREATE ROLE event_store_reader NOLOGIN;
    END IF;
  EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
    WHEN insufficient_privilege THEN
      RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('role event_store_reader does not exist and %I may not create it', current_user),
        HINT = 'Ask an administrator to run CREATE ROLE event_store_reader NOLOGIN, then migrate again.';
  END $$`;

/** A GRANT by someone who may not grant is only a warning, so the outcome is checked. */
const grantReaderRole = `
  DO $$
  BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO event_store_reader', current_database());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO event_store_reader', current_schema());
    GRANT SELECT ON event_store TO event_store_reader;
    IF NOT has_database_privilege('event_store_reader', current_database(), 'CONNECT')
      OR NOT has_schema_privilege('event_store_reader', current_schema(), 'USAGE') THEN
      RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('%I may not let event_store_reader connect to %I and use its schema %I',
          current_user, current_database(), current_schema()),
        HINT = 'Ask the owner of the database to run GRANT CONNECT ON DATABASE and GRANT USAGE ON SCHEMA, then migrate again.';
    END IF;
  END $$`;
