import { isStorableText, storableText } from '@reprise/events';
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
  /** Of a discard: the id of the event that the letter's record holds; null for one that is no event. */
  readonly eventId?: string | null;
  /** Of a discard: the projections that leave the record out; null for all of them, those to come included. */
  readonly leftOutOf?: readonly string[] | null;
}

export type RecordedLetterAction = Omit<LetterAction, 'eventId' | 'leftOutOf'> & { readonly at: Date };

/** A record of the log that folds leave out because an operator discarded its dead letter. Plain data: threads are given it. */
export interface DiscardedLetter extends LetterKey {
  readonly aggregateId: string | null;
  readonly version: number | null;
  /** Null when the record is no event. */
  readonly eventId: string | null;
  /** The operator's words. */
  readonly reason: string;
  readonly host: string;
  readonly user: string;
  readonly at: Date;
}

/** Which discards are meant, of one projection; what is left out does not limit. */
export interface DiscardFilter {
  readonly projection: string;
  /** Kafka's id of the topic the places are of. */
  readonly topicId?: string;
  readonly aggregateId?: string;
  readonly places?: readonly LetterKey[];
}

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

interface DiscardRow extends Omit<ActionRow, 'action' | 'outcome'> {
  event_id: string | null;
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
         (topic_id, partition, log_offset, aggregate_id, version, action, outcome, detail, host, os_user, event_id, left_out_of)
       SELECT $1, partition, log_offset, aggregate_id, version, action, outcome, detail, host, os_user, event_id,
              CASE WHEN left_out_of IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(left_out_of)) END
       FROM unnest($2::int[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                   $11::text[], $12::jsonb[])
         AS given (partition, log_offset, aggregate_id, version, action, outcome, detail, host, os_user, event_id, left_out_of)`,
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
        column(({ eventId }) => asText(eventId ?? null)),
        // An array of arrays would have to be rectangular.
        column(({ leftOutOf }) => (leftOutOf ? JSON.stringify(leftOutOf) : null)),
      ],
    );
  }

  /** The records that a projection leaves out because their dead letters were discarded, by place; the first discard of each. */
  async discarded({ projection, topicId, aggregateId, places }: DiscardFilter): Promise<DiscardedLetter[]> {
    if (places?.length === 0) return [];
    if (aggregateId !== undefined && !isStorableText(aggregateId)) return [];
    const { rows } = await this.#query<DiscardRow>(
      'look for discarded dead letters',
      `SELECT DISTINCT ON (topic_id, partition, log_offset)
              partition, log_offset, aggregate_id, version, event_id, detail, host, os_user, acted_at
       FROM registry.dead_letter_actions
       WHERE action = 'discard' AND (left_out_of IS NULL OR $1 = ANY (left_out_of))
         AND ($2::text IS NULL OR topic_id = $2) AND ($3::text IS NULL OR aggregate_id = $3)
         AND ($4::int[] IS NULL OR (partition, log_offset) IN (SELECT * FROM unnest($4::int[], $5::bigint[])))
       ORDER BY topic_id, partition, log_offset, id`,
      [
        projection,
        topicId ?? null,
        aggregateId ?? null,
        places?.map(({ partition }) => partition) ?? null,
        places?.map(({ offset }) => offset) ?? null,
      ],
    );
    return rows.map((row) => ({
      partition: row.partition,
      offset: BigInt(row.log_offset),
      aggregateId: row.aggregate_id,
      version: row.version === null ? null : Number(row.version),
      eventId: row.event_id,
      reason: row.detail ?? '',
      host: row.host,
      user: row.os_user,
      at: row.acted_at,
    }));
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

  /** The same of one aggregate, whatever topic its records were in: for histories that know events by id and no places. */
  readonly discardedOf = (aggregateId: string, projection: string): Promise<DiscardedLetter[]> =>
    this.discarded({ projection, aggregateId });

  #query<Row extends object>(what: string, sql: string, values: unknown[]) {
    return retrying(this.#pool, what, () => this.#pool.query<Row>(sql, values), this.#retry);
  }
}

function asText(value: string | null): string | null {
  return value === null ? null : storableText(value);
}
