import type { PostgresStorage } from '@reprise/read-model-documents';
import type { CandidateSummaryDocument } from '../candidate-summary-document.ts';

/** One row per candidate; of an erased one nothing is left but a tombstone, which readers do not see. */
export const candidateSummaryStorage: PostgresStorage<CandidateSummaryDocument> = {
  kind: 'postgres',
  schemaVersion: 1,
  columns: [
    { field: 'name', type: 'text' },
    { field: 'email', type: 'text' },
    { field: 'source', type: 'text', nullable: true },
    { field: 'skills', type: 'text[]' },
    { field: 'stage', type: 'text' },
    { field: 'status', type: 'text' },
    { field: 'rejectionReason', type: 'text', nullable: true },
    { field: 'registeredAt', type: 'timestamptz' },
    { field: 'updatedAt', type: 'timestamptz' },
  ],
  indexes: [['status', 'stage'], ['updatedAt']],
  view: `
    SELECT reprise_id AS candidate_id, reprise_version AS version, name, email, source, skills, stage, status, rejection_reason,
           registered_at, updated_at
      FROM {table}
     WHERE reprise_tombstone IS NULL`,
};
