import { storeContract } from '@reprise/testing';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { sqliteStore } from './sqlite-store.ts';

storeContract((projection) => sqliteStore(new DatabaseSync(':memory:'), projection), { describe, it });
