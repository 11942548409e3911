import type { PostgresStorage } from '@reprise/read-model-documents';
import type { LeadSummaryDocument } from '../lead-summary-document.ts';

/** One row per lead; of a withdrawn one nothing is left but a tombstone, which readers do not see. */
export const leadSummaryStorage: PostgresStorage<LeadSummaryDocument> = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'title', type: 'text' },
    { field: 'company', type: 'text' },
    { field: 'location', type: 'text', nullable: true },
    { field: 'headcount', type: 'integer' },
    { field: 'status', type: 'text' },
    { field: 'proposed', type: 'text[]' },
    { field: 'placed', type: 'text[]' },
    { field: 'closingReason', type: 'text', nullable: true },
    { field: 'openedAt', type: 'timestamptz' },
    { field: 'updatedAt', type: 'timestamptz' },
  ],
  indexes: [['status'], ['company'], ['updatedAt']],
  view: `
    SELECT reprise_id AS lead_id, reprise_version AS version, title, company, location, headcount, status, proposed, placed,
           closing_reason, opened_at, updated_at
      FROM {table}
     WHERE reprise_tombstone IS NULL`,
};
