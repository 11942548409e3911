import { storeContract } from '@reprise/testing';
import { DatabaseSync } from 'node:sqlite';
import { sqliteStore } from './sqlite-store.ts';

describe('the store in SQLite', () => {
  storeContract((projection) => sqliteStore(new DatabaseSync(':memory:'), projection));
});
