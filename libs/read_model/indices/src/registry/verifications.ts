import type { Pool } from 'pg';
import { retrying, type RetryOptions } from '../postgres/retry.ts';

/** What a whole comparison of a read model with its log came to. */
export interface Verification {
  readonly projection: string;
  /** Name of the generation that was compared. */
  readonly generation: string;
  readonly outcome: string;
  /** Documents that differed and that no feeder was about to put right. */
  readonly differing: number;
}

export type RecordedVerification = Verification & { readonly verifiedAt: Date };

/** The last whole comparison of each read model, in the read-model database. */
export class Verifications {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Enters a comparison in the place of the one before it. @throws DependencyError, also for a role that may only read */
  async record({ projection, generation, outcome, differing }: Verification): Promise<void> {
    await retrying(
      this.#pool,
      'record the verification',
      () =>
        this.#pool.query(
          `INSERT INTO registry.verifications (projection, generation, outcome, differing) VALUES ($1, $2, $3, $4)
           ON CONFLICT (projection) DO UPDATE SET generation = excluded.generation, outcome = excluded.outcome,
             differing = excluded.differing, verified_at = excluded.verified_at`,
          [projection, generation, outcome, differing],
        ),
      this.#retry,
    );
  }

  /** The last comparison of every read model that was ever compared. @throws DependencyError */
  async list(): Promise<RecordedVerification[]> {
    const { rows } = await retrying(
      this.#pool,
      'list the verifications',
      () =>
        this.#pool.query<Verification & { differing: string; verified_at: Date }>(
          'SELECT projection, generation, outcome, differing, verified_at FROM registry.verifications',
        ),
      this.#retry,
    );
    return rows.map(({ verified_at: verifiedAt, differing, ...row }) => ({
      ...row,
      differing: Number(differing),
      verifiedAt,
    }));
  }
}
