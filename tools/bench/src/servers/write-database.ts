import { runWriteMigrations } from '@reprise/product-api';
import { readConfiguration } from '@reprise/runtime';
import type { Session } from '../session.ts';
import { createScratchDatabase, withDatabase } from './scratch-database.ts';

/** A write database of the run's own: products, event store and outbox. */
export interface WriteDatabase {
  /** Connects as its owner. */
  readonly writeDatabaseUrl: string;
  /** Connects as the role that may read the event store only. */
  readonly eventStoreUrl: string;
}

/** Creates and migrates it; it is dropped with the session. */
export async function createWriteDatabase(session: Session): Promise<WriteDatabase> {
  const { writeDatabaseOwner, eventStoreDatabaseUrl } = readConfiguration(process.env, [
    'writeDatabaseOwner',
    'eventStoreDatabase',
  ]);
  const name = `${session.name}_write`;
  const { url, drop } = await createScratchDatabase(name, writeDatabaseOwner.url, process.env, (url) =>
    runWriteMigrations(url),
  );
  session.atEnd(drop);
  return { writeDatabaseUrl: url, eventStoreUrl: withDatabase(eventStoreDatabaseUrl, name) };
}
