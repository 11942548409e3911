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
  /** Null when it found a difference. */
  readonly proof: VerifiedProof | null;
}

/** That readers were served what the log says, up to its watermark. */
export interface VerifiedProof {
  readonly generation: string;
  /** Digest of the documents that the log makes up to the watermark. */
  readonly digest: string;
  /** Ends of the log by partition, decimal text. */
  readonly watermark: Readonly<Record<string, string>>;
  /** When those ends were captured: ISO 8601, UTC. */
  readonly at: string;
}

/** The proof is the newest there is: of this comparison, or of an earlier one. */
export type RecordedVerification = Verification & { readonly verifiedAt: Date };

/** The last whole comparison of each read model, and the last that found no difference, in the read-model database. */
export class Verifications {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Enters a comparison in the place of the one before it. @throws DependencyError, also for a role that may only read */
  async record({ projection, generation, outcome, differing, proof }: Verification): Promise<void> {
    await retrying(
      this.#pool,
      'record the verification',
      () =>
        this.#pool.query(
          `INSERT INTO registry.verifications AS last (projection, generation, outcome, differing, proof) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (projection) DO UPDATE SET generation = excluded.generation, outcome = excluded.outcome,
             differing = excluded.differing, verified_at = excluded.verified_at, proof = coalesce(excluded.proof, last.proof)`,
          [projection, generation, outcome, differing, proof && JSON.stringify(proof)],
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
          'SELECT projection, generation, outcome, differing, proof, verified_at FROM registry.verifications',
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
