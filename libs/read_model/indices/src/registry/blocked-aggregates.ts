import { isStorableText } from '@reprise/events';
import type { Pool } from 'pg';
import { retrying, type RetryOptions } from '../postgres/retry.ts';

/** A version of an aggregate that could not be applied: what comes later waits behind it. */
export interface Blocker {
  readonly aggregateId: string;
  readonly version: number;
  /** Where in the log the dead letter came from. */
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  /** False while nobody has asked the event store for that version. */
  readonly remedySought: boolean;
}

/** A blocker as the registry holds it. */
export interface HeldBlocker extends Blocker {
  /** Highest version that was put aside behind it. */
  readonly lastParked: number;
}

/** Events put aside behind a blocker: the highest version among them. */
export interface Parked {
  readonly aggregateId: string;
  readonly version: number;
  readonly lastParked: number;
}

/** The read models of one event log that are meant. */
export interface BlockedScope {
  readonly topicId: string;
  readonly projection: string;
}

interface BlockerRow {
  aggregate_id: string;
  version: string;
  partition: number;
  log_offset: string;
  reason: string;
  remedy_sought: boolean;
  last_parked: string;
}

/**
 * Which aggregates of a projection wait behind a dead letter, in the read-model database. Every call may be sent again after a
 * fault of the connection and then throws `DependencyError`.
 *
 * A feed and a redrive meet here: the feed says how far it has put events aside, the redrive takes a row out only if it has
 * applied as much. The second learns of the first, so no event is lost between them.
 */
export class BlockedAggregates {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** The blockers at exactly these versions, by aggregate id. */
  async at(
    { topicId, projection }: BlockedScope,
    needed: readonly { readonly aggregateId: string; readonly version: number }[],
  ): Promise<Map<string, HeldBlocker>> {
    const wanted = needed.filter(isStorable);
    if (wanted.length === 0) return new Map();
    const { rows } = await this.#query<BlockerRow>(
      'look for blocked aggregates',
      `SELECT aggregate_id, version, partition, log_offset, reason, remedy_sought, last_parked FROM registry.blocked_aggregates
       JOIN unnest($3::text[], $4::bigint[]) AS needed (aggregate_id, version) USING (aggregate_id, version)
       WHERE topic_id = $1 AND projection = $2`,
      [
        topicId,
        projection,
        wanted.map(({ aggregateId }) => aggregateId),
        wanted.map(({ version }) => version),
      ],
    );
    return new Map(rows.map((row) => [row.aggregate_id, toBlocker(row)]));
  }

  /**
   * Enters blockers. One that is there already keeps its dead letter, and what was put aside behind it stays known. Ids that the
   * database cannot hold are left out: nothing is lost by that, their later events are only not known to wait.
   */
  async block({ topicId, projection }: BlockedScope, blockers: readonly HeldBlocker[]): Promise<void> {
    const byKey = blockers
      .filter(isStorable)
      .map((one) => [`${one.version} ${one.aggregateId}`, one] as const);
    const distinct = [...new Map(byKey).values()];
    if (distinct.length === 0) return;
    await this.#query(
      'enter blocked aggregates',
      `INSERT INTO registry.blocked_aggregates AS held
         (topic_id, projection, aggregate_id, version, partition, log_offset, reason, remedy_sought, last_parked)
       SELECT $1, $2, * FROM unnest($3::text[], $4::bigint[], $5::int[], $6::bigint[], $7::text[], $8::boolean[], $9::bigint[])
       ON CONFLICT (topic_id, projection, aggregate_id, version) DO UPDATE
       SET last_parked = greatest(held.last_parked, excluded.last_parked),
           remedy_sought = held.remedy_sought OR excluded.remedy_sought`,
      [
        topicId,
        projection,
        distinct.map(({ aggregateId }) => aggregateId),
        distinct.map(({ version }) => version),
        distinct.map(({ partition }) => partition),
        distinct.map(({ offset }) => offset),
        distinct.map(({ reason }) => reason),
        distinct.map(({ remedySought }) => remedySought),
        distinct.map(({ lastParked }) => lastParked),
      ],
    );
  }

  /**
   * Says how far events were put aside behind blockers, after they are durable.
   * @returns aggregates whose blocker is gone: what was put aside behind it has to be fed after all
   */
  async park({ topicId, projection }: BlockedScope, parked: readonly Parked[]): Promise<string[]> {
    if (parked.length === 0) return [];
    const { rows } = await this.#query<{ aggregate_id: string }>(
      'enter events put aside',
      `UPDATE registry.blocked_aggregates AS held
       SET last_parked = greatest(held.last_parked, given.last_parked), remedy_sought = true
       FROM unnest($3::text[], $4::bigint[], $5::bigint[]) AS given (aggregate_id, version, last_parked)
       WHERE topic_id = $1 AND projection = $2 AND held.aggregate_id = given.aggregate_id AND held.version = given.version
       RETURNING held.aggregate_id`,
      [
        topicId,
        projection,
        parked.map(({ aggregateId }) => aggregateId),
        parked.map(({ version }) => version),
        parked.map(({ lastParked }) => lastParked),
      ],
    );
    const held = new Set(rows.map(({ aggregate_id }) => aggregate_id));
    return parked.flatMap(({ aggregateId }) => (held.has(aggregateId) ? [] : [aggregateId]));
  }

  /**
   * Takes out the blockers of an aggregate that its documents have passed at `version`, as far as all that was put aside behind
   * them was applied or waits behind a later one.
   * @returns true when one stays because more was put aside behind it meanwhile: read the dead letters again
   */
  async release(
    { topicId, projection }: BlockedScope,
    aggregateId: string,
    version: number,
  ): Promise<boolean> {
    await this.#query(
      'take blocked aggregates out',
      `DELETE FROM registry.blocked_aggregates AS passed
       WHERE topic_id = $1 AND projection = $2 AND aggregate_id = $3 AND version <= $4
         AND last_parked <= greatest($4, (
           SELECT max(later.last_parked) FROM registry.blocked_aggregates AS later
           WHERE later.topic_id = $1 AND later.projection = $2 AND later.aggregate_id = $3 AND later.version > $4))`,
      [topicId, projection, aggregateId, version],
    );
    const { rowCount } = await this.#query(
      'look for blocked aggregates',
      `SELECT FROM registry.blocked_aggregates
       WHERE topic_id = $1 AND projection = $2 AND aggregate_id = $3 AND version <= $4`,
      [topicId, projection, aggregateId, version],
    );
    return (rowCount ?? 0) > 0;
  }

  /** How long the longest of them has been waiting, in seconds by the database's clock; undefined when none waits. */
  async oldestSeconds({ topicId, projection }: BlockedScope): Promise<number | undefined> {
    const { rows } = await this.#query<{ seconds: number | null }>(
      'look for the oldest blocked aggregate',
      `SELECT extract(epoch FROM clock_timestamp() - min(blocked_at))::float8 AS seconds FROM registry.blocked_aggregates
       WHERE topic_id = $1 AND projection = $2`,
      [topicId, projection],
    );
    return rows[0]?.seconds ?? undefined;
  }

  /** How many aggregates wait behind a dead letter. */
  async count({ topicId, projection }: BlockedScope): Promise<number> {
    const { rows } = await this.#query<{ held: number }>(
      'count blocked aggregates',
      `SELECT count(DISTINCT aggregate_id)::int AS held FROM registry.blocked_aggregates
       WHERE topic_id = $1 AND projection = $2`,
      [topicId, projection],
    );
    return rows[0]!.held;
  }

  #query<Row extends object>(what: string, sql: string, values: unknown[]) {
    return retrying(this.#pool, what, () => this.#pool.query<Row>(sql, values), this.#retry);
  }
}

/** Events and what pretends to be one may carry any id. */
function isStorable({ aggregateId }: { readonly aggregateId: string }): boolean {
  const bytes = Buffer.byteLength(aggregateId);
  return bytes > 0 && bytes <= 512 && isStorableText(aggregateId);
}

function toBlocker(row: BlockerRow): HeldBlocker {
  return {
    aggregateId: row.aggregate_id,
    version: Number(row.version),
    partition: row.partition,
    offset: BigInt(row.log_offset),
    reason: row.reason,
    remedySought: row.remedy_sought,
    lastParked: Number(row.last_parked),
  };
}
