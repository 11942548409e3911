import { grantSql, outboxRights, publisherRole, type TableRights } from '@reprise/outbox';
import { auditGrantSql } from '@reprise/runtime/audit';
import { type ClientBase } from 'pg';
import { canaryTable } from '../canary/canary-aggregate.ts';
import { migrationsTable } from './pending-migrations.ts';

/** Group roles of a write database and their rights, by role. */
export type WriteRights = Readonly<Record<string, TableRights>>;

/**
 * The group roles of a write database and their rights. A process connects as a member of one of them and owns nothing, so it can
 * neither change the schema nor switch the append-only trigger of the event store off. Writers differ by context; publishers and
 * event readers are the same in every write database.
 *
 * @param writer the group role of the process that takes commands
 * @param aggregateTables tables of the aggregates, whose rows are never deleted
 */
export function writeRights(writer: string, aggregateTables: readonly string[]): WriteRights {
  return {
    [writer]: {
      ...Object.fromEntries(aggregateTables.map((table) => [table, ['SELECT', 'INSERT', 'UPDATE']])),
      event_store: ['SELECT', 'INSERT'],
      ...outboxRights.writer,
      idempotency_keys: ['SELECT', 'INSERT', 'DELETE'],
      [canaryTable]: ['SELECT', 'INSERT', 'UPDATE'],
      api_keys: ['SELECT'],
      api_key_uses: ['SELECT', 'INSERT', 'UPDATE'],
      [migrationsTable]: ['SELECT'],
    },
    // It records who returns parked events to the queue.
    [publisherRole]: {
      ...outboxRights.publisher,
      audit_attempts: ['SELECT', 'INSERT'],
      audit_outcomes: ['SELECT', 'INSERT'],
    },
    event_store_reader: {
      event_store: ['SELECT'],
      unpublished_events: ['SELECT'],
    },
  };
}

/**
 * Gives every group role its rights. Run after the migrations by the owner of the schema, any number of times. A role that is not
 * there and may not be created here is left out: a database whose processes all connect as its owner keeps working.
 */
export async function grantWriteRights(owner: ClientBase, rights: WriteRights): Promise<void> {
  for (const [role, tables] of Object.entries(rights)) {
    await owner.query(`
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
          CREATE ROLE ${role} NOLOGIN;
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
      END $$;
      DO $$
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN RETURN; END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO ${role}', current_database());
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO ${role}', current_schema());
        ${grantsTo(role, tables)}
      END $$`);
  }
}

/** Of a row of the audit a role gives only what it knows: moment and login are the database's. */
function grantsTo(role: string, tables: TableRights): string {
  const { audit_attempts, audit_outcomes, ...others } = tables;
  return grantSql(role, others) + (audit_attempts && audit_outcomes ? auditGrantSql('', role) : '');
}
