import { sharedMigrations, writeRights, type WriteSchema } from '@reprise/write-api';
import { CreateCandidates } from './create-candidates.ts';
import { CreateLeads } from './create-leads.ts';

/**
 * The schema of recruiting's write database, and the rights of its group roles, which the documentation shows. A released migration
 * is never edited: a change is a new one at the end.
 */
export const recruitingSchema: WriteSchema = {
  migrations: [...sharedMigrations, CreateCandidates, CreateLeads],
  rights: writeRights('recruiting_writer', ['candidates', 'leads']),
};
