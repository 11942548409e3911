import {
  sharedMigrations,
  writeRights as rightsOf,
  type MigrationClass,
  type WriteSchema,
} from '@reprise/write-api';
import { CreateProducts } from './create-products.ts';

/** The schema of the write database, in order. A released migration is never edited: a change is a new one at the end. */
export const writeMigrations: readonly MigrationClass[] = [CreateProducts, ...sharedMigrations];

/** The group roles of the write database and their rights. The documentation shows this table. */
export const writeRights = rightsOf('product_writer', ['products']);

export const writeSchema: WriteSchema = { migrations: writeMigrations, rights: writeRights };
