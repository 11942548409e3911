export {
  listAudit,
  recordAttempt,
  recordedWhereKept,
  recordOutcome,
  type Attempt,
  type AuditEntry,
  type AuditFilter,
  type AuditSession,
  type Outcome,
} from './audit.ts';
export { auditGrantSql, auditTablesSql, type AuditPlace } from './audit-tables.ts';
