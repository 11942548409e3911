import { auditGrantSql } from '@reprise/runtime/audit';
import type { ClientBase } from 'pg';

/** The group role of the processes that feed and rebuild read models: projection-consumer and rebuild-job. */
export const feederRole = 'read_model_feeder';

const readAndAdd = ['SELECT', 'INSERT'] as const;
const change = [...readAndAdd, 'UPDATE'] as const;
const changeAndRemove = [...change, 'DELETE'] as const;

/** What the role may do with the tables of the schema `registry`. What happened is never removed by a process: runs, generations, letters, audit. */
export const registryRights: Readonly<Record<string, readonly string[]>> = {
  generations: change,
  generation_positions: change,
  runs: change,
  leases: change,
  bindings: change,
  sharded_builds: change,
  shards: changeAndRemove,
  feeders: changeAndRemove,
  feeder_attachments: ['SELECT', 'INSERT', 'DELETE'],
  blocked_aggregates: changeAndRemove,
  repair_tasks: changeAndRemove,
  repair_refusals: change,
  dead_letter_actions: readAndAdd,
  verifications: change,
  canaries: changeAndRemove,
  requested_actions: change,
  audit_attempts: readAndAdd,
  audit_outcomes: readAndAdd,
  migrations: ['SELECT'],
};

/** Tables of which the role gives only some columns of a row. */
const audits = ['audit_attempts', 'audit_outcomes'];

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
      -- Earlier releases granted more.
      REVOKE ALL ON ALL TABLES IN SCHEMA registry FROM ${feederRole};
      REVOKE ALL ON ALL SEQUENCES IN SCHEMA registry FROM ${feederRole};
      ${grants()}
      IF to_regclass('registry.audit_attempts') IS NOT NULL THEN${auditGrantSql('registry.', feederRole)}
      END IF;
      GRANT USAGE ON SEQUENCE registry.fencing_tokens TO ${feederRole};
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

/** For the tables that are there: a database may be of an older release. */
function grants(): string {
  return Object.entries(registryRights)
    .filter(([table]) => !audits.includes(table))
    .map(
      ([table, rights]) =>
        `IF to_regclass('registry.${table}') IS NOT NULL THEN GRANT ${rights.join(', ')} ON registry.${table} TO ${feederRole}; END IF;`,
    )
    .join('\n      ');
}
