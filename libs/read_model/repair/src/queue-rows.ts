import type { ClaimedRepairTask, RepairReason, RepairState, RepairTask } from './repair-task.ts';

export interface RepairRow {
  readonly projection: string;
  readonly projection_version: number;
  readonly aggregate_id: string;
  readonly aggregate_type: string;
  readonly reason: RepairReason;
  readonly state: RepairState;
  readonly error: string | null;
  readonly requests: string;
  readonly attempts: number;
  readonly failures: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly attempted_at: Date | null;
  readonly next_attempt_at: Date;
  readonly claim_id: string | null;
  readonly lease_holder: string | null;
  readonly lease_expires_at: Date | null;
}

export const repairColumns = `projection, projection_version, aggregate_id, aggregate_type, reason, state, error, requests::text, attempts,
  failures, created_at, updated_at, attempted_at, next_attempt_at, claim_id, lease_holder, lease_expires_at`;

export function toTask(row: RepairRow): RepairTask {
  const { lease_holder: holder, lease_expires_at: expiresAt } = row;
  return {
    projection: row.projection,
    projectionVersion: row.projection_version,
    aggregateId: row.aggregate_id,
    aggregateType: row.aggregate_type,
    reason: row.reason,
    state: row.state,
    error: row.error,
    attempts: row.attempts,
    failures: row.failures,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    attemptedAt: row.attempted_at,
    nextAttemptAt: row.next_attempt_at,
    lease: holder === null || expiresAt === null ? null : { holder, expiresAt },
  };
}

export function toClaimed(row: RepairRow, claimId: string): ClaimedRepairTask {
  return { ...toTask(row), claimId, requests: row.requests };
}
