import { storableJson, storableText } from '@reprise/events';
import type { Pool } from 'pg';
import { retrying, type RetryOptions } from '../postgres/retry.ts';

/** Something that somebody asked for, to be done by a job. Moments are taken on the database's clock. */
export interface RequestedAction {
  /** A UUID. */
  readonly id: string;
  readonly action: string;
  readonly projection: string | null;
  /** As it was asked for: plain data. */
  readonly request: object;
  /** What the job is started with. */
  readonly arguments: readonly string[];
  readonly state: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date | null;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  readonly exitCode: number | null;
  readonly message: string | null;
  /** How its job is found again: plain data of whatever started it. */
  readonly job: unknown;
  /** Every run that it is known to have begun, oldest first. */
  readonly runIds: readonly string[];
  readonly notices: readonly string[];
  readonly output: unknown;
}

export type NewAction = Pick<
  RequestedAction,
  'id' | 'action' | 'projection' | 'request' | 'arguments' | 'state' | 'requestedBy'
> & {
  /** Milliseconds after which it expires, where it waits for somebody. */
  readonly expiresInMs?: number;
};

/** What a change of one sets; what is left out stays. `approved`, `started` and `ended` set the moment. */
export interface ActionChange {
  readonly state: string;
  readonly approvedBy?: string;
  readonly started?: true;
  readonly ended?: true;
  readonly exitCode?: number;
  readonly message?: string;
  readonly job?: object;
  /** Every run that is known now, oldest first. */
  readonly runIds?: readonly string[];
  readonly notices?: readonly string[];
  readonly output?: object;
}

const columns = `id, action, projection, request, arguments, state, requested_by AS "requestedBy", requested_at AS "requestedAt",
  expires_at AS "expiresAt", approved_by AS "approvedBy", approved_at AS "approvedAt", started_at AS "startedAt",
  ended_at AS "endedAt", exit_code AS "exitCode", message, job, run_ids AS "runIds", notices, output`;

/** What was asked of the console, in the read-model database, so that it survives the console. */
export class RequestedActions {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Enters one; entering it again does nothing. @throws DependencyError */
  async enter(action: NewAction): Promise<RequestedAction> {
    await this.#query(
      `INSERT INTO registry.requested_actions (id, action, projection, request, arguments, state, requested_by, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + $8 * interval '1 millisecond') ON CONFLICT (id) DO NOTHING`,
      [
        action.id,
        action.action,
        action.projection,
        storableJson(action.request),
        action.arguments.map((word) => storableText(word, 20_000)),
        action.state,
        storableText(action.requestedBy),
        action.expiresInMs ?? null,
      ],
    );
    return (await this.find(action.id))!;
  }

  async find(id: string): Promise<RequestedAction | undefined> {
    const rows = await this.#query(`SELECT ${columns} FROM registry.requested_actions WHERE id = $1`, [id]);
    return rows[0];
  }

  /** The one that began a run, as far as that is known. */
  async ofRun(runId: string): Promise<RequestedAction | undefined> {
    const rows = await this.#query(
      `SELECT ${columns} FROM registry.requested_actions WHERE $1::uuid = ANY(run_ids)`,
      [runId],
    );
    return rows[0];
  }

  /** The newest, those of one action or projection where that is given. */
  list(filter: {
    readonly action?: string;
    readonly projection?: string;
    readonly limit: number;
  }): Promise<RequestedAction[]> {
    return this.#query(
      `SELECT ${columns} FROM registry.requested_actions
       WHERE ($1::text IS NULL OR action = $1) AND ($2::text IS NULL OR projection = $2)
       ORDER BY requested_at DESC LIMIT $3`,
      [filter.action ?? null, filter.projection ?? null, filter.limit],
    );
  }

  /** Those whose job is being started or runs, the newest: what was left behind long ago keeps no new one from being looked at. */
  open(): Promise<RequestedAction[]> {
    return this.#query(
      `SELECT ${columns} FROM registry.requested_actions WHERE ended_at IS NULL AND state <> 'awaiting-approval'
       ORDER BY requested_at DESC LIMIT 500`,
      [],
    );
  }

  /**
   * Changes one that is in one of the states `from` (compare-and-swap). One whose time to be approved is over is changed only to a
   * state that ends it.
   * @returns undefined when it was in none of them; nothing is changed then
   */
  async change(id: string, from: readonly string[], to: ActionChange): Promise<RequestedAction | undefined> {
    const rows = await this.#query(
      `UPDATE registry.requested_actions SET
         state = $3, approved_by = coalesce($4, approved_by),
         approved_at = CASE WHEN $4::text IS NULL THEN approved_at ELSE clock_timestamp() END,
         started_at = CASE WHEN $5::boolean THEN clock_timestamp() ELSE started_at END,
         ended_at = CASE WHEN $6::boolean THEN clock_timestamp() ELSE ended_at END,
         exit_code = coalesce($7, exit_code), message = coalesce($8, message), job = coalesce($9, job),
         run_ids = coalesce($10::uuid[], run_ids), run_id = coalesce(($10::uuid[])[cardinality($10::uuid[])], run_id), notices = coalesce($11, notices), output = coalesce($12, output)
       WHERE id = $1 AND state = ANY($2) AND ($6::boolean OR approved_at IS NOT NULL OR expires_at IS NULL OR expires_at > clock_timestamp())
       RETURNING ${columns}`,
      [
        id,
        [...from],
        to.state,
        to.approvedBy === undefined ? null : storableText(to.approvedBy),
        to.started ?? false,
        to.ended ?? false,
        to.exitCode ?? null,
        to.message === undefined ? null : storableText(to.message),
        to.job === undefined ? null : storableJson(to.job),
        to.runIds === undefined ? null : [...to.runIds],
        to.notices === undefined ? null : storableJson(to.notices),
        to.output === undefined ? null : storableJson(to.output),
      ],
    );
    return rows[0];
  }

  /** Ends those whose time to be approved is over. @returns them */
  expire(): Promise<RequestedAction[]> {
    return this.#query(
      `UPDATE registry.requested_actions SET state = 'expired', ended_at = clock_timestamp(), message = 'Nobody approved it in time.'
       WHERE state = 'awaiting-approval' AND expires_at <= clock_timestamp() RETURNING ${columns}`,
      [],
    );
  }

  #query(text: string, values: unknown[]): Promise<RequestedAction[]> {
    return retrying(
      this.#pool,
      'keep what was asked for',
      async () => (await this.#pool.query<RequestedAction>(text, values)).rows,
      this.#retry,
    );
  }
}
