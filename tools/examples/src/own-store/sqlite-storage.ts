import { ownStore, type OwnStorage } from '@reprise/reprise';
import { DatabaseSync } from 'node:sqlite';
import { kind, sqliteStore } from './sqlite-store.ts';

/** Read models in a SQLite file: the `storage` of a projection. */
export function sqliteStorage(file: string): OwnStorage {
  return ownStore({
    kind,
    schemaVersion: 1,
    open({ name }) {
      const database = new DatabaseSync(file);
      return { ...sqliteStore(database, name), close: async () => database.close() };
    },
  });
}
