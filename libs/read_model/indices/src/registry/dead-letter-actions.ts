import { storableText } from '@reprise/events';
import type { Pool } from 'pg';
import { retrying, type RetryOptions } from '../postgres/retry.ts';

/** Where in the log a dead letter came from: what it is called by. */
export interface LetterKey {
  readonly partition: number;
  readonly offset: bigint;
}

/** What an operator did to a dead letter and what came of it. */
export interface LetterAction extends LetterKey {
  readonly action: 'redrive' | 'discard';
  readonly outcome: string;
  /** The operator's reason, or what stood in the way. */
  readonly detail: string | null;
  readonly aggregateId: string | null;
  readonly version: number | null;
  readonly host: string;
  readonly user: string;
}

export type RecordedLetterAction = LetterAction & { readonly at: Date };

interface ActionRow {
  partition: number;
  log_offset: string;
  action: LetterAction['action'];
  outcome: string;
  detail: string | null;
  aggregate_id: string | null;
  version: string | null;
  host: string;
  os_user: string;
  acted_at: Date;
}

/** The record of what was done to dead letters, in the read-model database. It is only ever added to. */
export class DeadLetterActions {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Adds actions, in their order. After a lost answer they may stand there twice. */
  async record(topicId: string, actions: readonly LetterAction[]): Promise<void> {
    if (actions.length === 0) return;
    const column = <T>(of: (action: LetterAction) => T) => actions.map(of);
    await this.#query(
      'record what was done to dead letters',
      `INSERT INTO registry.dead_letter_actions
         (topic_id, partition, log_offset, aggregate_id, version, action, outcome, detail, host, os_user)
       SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
                                $9::text[], $10::text[])`,
      [
        topicId,
        column(({ partition }) => partition),
        column(({ offset }) => offset),
        column(({ aggregateId }) => asText(aggregateId)),
        column(({ version }) => version),
        column(({ action }) => action),
        column(({ outcome }) => outcome),
        column(({ detail }) => asText(detail)),
        column(({ host }) => host),
        column(({ user }) => user),
      ],
    );
  }

  /** Everything done to these letters, oldest first. */
  async of(topicId: string, letters: readonly LetterKey[]): Promise<RecordedLetterAction[]> {
    if (letters.length === 0) return [];
    const { rows } = await this.#query<ActionRow>(
      'read what was done to dead letters',
      `SELECT partition, log_offset, action, outcome, detail, aggregate_id, version, host, os_user, acted_at
       FROM registry.dead_letter_actions
       JOIN unnest($2::int[], $3::bigint[]) AS letter (partition, log_offset) USING (partition, log_offset)
       WHERE topic_id = $1 ORDER BY id`,
      [topicId, letters.map(({ partition }) => partition), letters.map(({ offset }) => offset)],
    );
    return rows.map((row) => ({
      partition: row.partition,
      offset: BigInt(row.log_offset),
      action: row.action,
      outcome: row.outcome,
      detail: row.detail,
      aggregateId: row.aggregate_id,
      version: row.version === null ? null : Number(row.version),
      host: row.host,
      user: row.os_user,
      at: row.acted_at,
    }));
  }

  #query<Row extends object>(what: string, sql: string, values: unknown[]) {
    return retrying(this.#pool, what, () => this.#pool.query<Row>(sql, values), this.#retry);
  }
}

function asText(value: string | null): string | null {
  return value === null ? null : storableText(value);
}
