import { CreateApiKeys } from './create-api-keys.ts';
import { CreateAudit } from './create-audit.ts';
import { CreateCanaries } from './create-canaries.ts';
import { CreateEventStore } from './create-event-store.ts';
import { CreateIdempotencyKeys } from './create-idempotency-keys.ts';
import { CreateOutbox } from './create-outbox.ts';
import { KeepDaysOfKeys } from './keep-days-of-keys.ts';
import { LeadByTable } from './lead-by-table.ts';
import { NotifyUnlessTold } from './notify-unless-told.ts';
import { type MigrationClass } from './pending-migrations.ts';
import { ShowUnpublished } from './show-unpublished.ts';

/**
 * What every write database has beside the tables of its aggregates, in order. A released migration is never edited: a change is a
 * new one at the end.
 */
export const sharedMigrations: readonly MigrationClass[] = [
  CreateEventStore,
  CreateOutbox,
  CreateIdempotencyKeys,
  NotifyUnlessTold,
  LeadByTable,
  ShowUnpublished,
  CreateApiKeys,
  CreateAudit,
  CreateCanaries,
  KeepDaysOfKeys,
];
