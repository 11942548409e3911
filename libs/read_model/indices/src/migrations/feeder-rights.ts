import type { ClientBase } from 'pg';

/** The group role of the processes that feed and rebuild read models: projection-consumer and rebuild-job. */
export const feederRole = 'read_model_feeder';

/**
 * Gives the feeder's role its rights: to work with the registry, and to make tables of generations and views of readers, which it then
 * owns. Run after the migrations by the owner of the schemas, any number of times. Where the role is not there and may not be created
 * here, nothing is done: a database whose processes connect as its owner keeps working. Tables and views that the owner made before
 * there was such a role become the role's, provided that the owner is a member of it.
 */
export async function grantFeederRights(owner: ClientBase): Promise<void> {
  // One at a time: a right that two sessions give at once fails in one of them.
  await owner.query(`
    BEGIN;
    SELECT pg_advisory_xact_lock(7305812005);
    DO $$
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${feederRole}') THEN
        CREATE ROLE ${feederRole} NOLOGIN;
      END IF;
    EXCEPTION
      WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
    END $$;
    DO $$
    DECLARE made record;
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${feederRole}') THEN RETURN; END IF;
      EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${feederRole}', current_database());
      GRANT USAGE ON SCHEMA registry TO ${feederRole};
      GRANT USAGE, CREATE ON SCHEMA generations, public TO ${feederRole};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA registry TO ${feederRole};
      REVOKE INSERT, UPDATE, DELETE ON registry.migrations FROM ${feederRole};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA registry TO ${feederRole};
      IF NOT pg_has_role('${feederRole}', 'MEMBER') THEN RETURN; END IF;
      FOR made IN
        SELECT relation.oid::regclass AS name, relkind FROM pg_class AS relation
        WHERE relowner = current_user::regrole
          AND (relkind = 'r' AND relnamespace = 'generations'::regnamespace OR relkind = 'v' AND relnamespace = 'public'::regnamespace)
      LOOP
        EXECUTE format('ALTER %s %s OWNER TO ${feederRole}', CASE made.relkind WHEN 'r' THEN 'TABLE' ELSE 'VIEW' END, made.name);
      END LOOP;
    END $$;
    COMMIT`);
}
