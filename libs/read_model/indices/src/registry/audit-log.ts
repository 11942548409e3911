import {
  listAudit,
  recordAttempt,
  recordOutcome,
  type Attempt,
  type AuditEntry,
  type AuditFilter,
  type Outcome,
} from '@reprise/runtime/audit';
import type { Pool } from 'pg';
import { retrying, type RetryOptions } from '../postgres/retry.ts';

const place = 'registry.';

/** What operators tried at this registry, on the command line or in the console, and what came of it. It is only ever added to. */
export class AuditLog {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Records what is about to be done. Whoever gets an error from this does nothing. @throws DependencyError */
  recordAttempt(attempt: Attempt): Promise<void> {
    return this.#retrying('record in the audit who is about to change something', () =>
      recordAttempt(this.#pool, place, attempt),
    );
  }

  /** Records what came of an attempt; the first outcome of one stays. @throws DependencyError */
  recordOutcome(attempt: string, outcome: Outcome): Promise<void> {
    return this.#retrying('record in the audit what came of it', () =>
      recordOutcome(this.#pool, place, attempt, outcome),
    );
  }

  /** Attempts that match every part of the filter, newest first. @throws DependencyError */
  list(filter: AuditFilter): Promise<AuditEntry[]> {
    return this.#retrying('read the audit', () => listAudit(this.#pool, place, filter));
  }

  #retrying<T>(what: string, operation: () => Promise<T>): Promise<T> {
    return retrying(this.#pool, what, operation, this.#retry);
  }
}
