import { CreateEventStore } from './create-event-store.ts';
import { CreateIdempotencyKeys } from './create-idempotency-keys.ts';
import { CreateOutbox } from './create-outbox.ts';
import { CreateProducts } from './create-products.ts';
import { LeadByTable } from './lead-by-table.ts';
import { NotifyUnlessTold } from './notify-unless-told.ts';
import { ShowUnpublished } from './show-unpublished.ts';

/** The schema of the write database, in order. A released migration is never edited: a change is a new one at the end. */
export const writeMigrations = [
  CreateProducts,
  CreateEventStore,
  CreateOutbox,
  CreateIdempotencyKeys,
  NotifyUnlessTold,
  LeadByTable,
  ShowUnpublished,
];

/** Where TypeORM notes which of them a database has. */
export const migrationsTable = 'write_migrations';
