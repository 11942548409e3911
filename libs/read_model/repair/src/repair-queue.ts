import { randomUUID } from 'node:crypto';
import { isStorableText, storableText } from '@reprise/events';
import { inTransaction, retrying, type RetryOptions } from '@reprise/read-model-indices';
import type { Pool, PoolClient } from 'pg';
import { repairColumns, toClaimed, toTask, type RepairRow } from './queue-rows.ts';
import * as sql from './queue-statements.ts';
import {
  longestAggregateId,
  type AddResult,
  type ClaimedRepairTask,
  type NewRepairTask,
  type RepairCounts,
  type RepairKey,
  type RepairState,
  type RepairTask,
} from './repair-task.ts';

export interface RepairQueueOptions {
  /** Most tasks the queue holds, open and abandoned together. Default 100,000. */
  readonly maxTasks?: number;
  /** Failed attempts after which a task is abandoned. Default 8. */
  readonly maxFailures?: number;
  readonly retry?: RetryOptions;
}

/** A moment on the database's clock, as it writes it: to the microsecond, which a Date does not hold. */
export type DatabaseTime = string;

export interface ClaimRequest {
  /** Who works on them, for people who look at the queue. */
  readonly holder: string;
  readonly limit: number;
  /** How long the tasks are nobody else's. */
  readonly leaseMs: number;
  /** Versions of projections this process can repair. */
  readonly projections: readonly { readonly name: string; readonly version: number }[];
  /** Take what was not taken since then, whether it is due, waiting or abandoned; else only what is due. */
  readonly notSince?: DatabaseTime;
}

export const defaultMaxTasks = 100_000;
const defaultMaxFailures = 8;
/** Tasks of one statement. */
const addedAtOnce = 1_000;

/**
 * Aggregates whose documents have to be rebuilt, in the read-model database: bounded, one task an aggregate and projection
 * version, claimed under leases by any number of workers. Every call is sent again after a fault of the connection, within
 * the budget; then it throws `DependencyError`.
 */
export class RepairQueue {
  readonly maxTasks: number;
  readonly #pool: Pool;
  readonly #maxFailures: number;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, options: RepairQueueOptions = {}) {
    this.#pool = pool;
    this.maxTasks = options.maxTasks ?? defaultMaxTasks;
    this.#maxFailures = options.maxFailures ?? defaultMaxFailures;
    this.#retry = options.retry ?? {};
  }

  /**
   * Asks for repairs. An aggregate that waits already is asked for again; what the bound leaves no room for is refused, given
   * back to the caller and counted in the database; ids that cannot be stored are given back apart. When it resolves, what was
   * taken is committed.
   */
  async add(tasks: readonly NewRepairTask[]): Promise<AddResult> {
    const byKey = new Map(tasks.map((task) => [keyOf(task), task]));
    const unique = [...byKey.values()];
    const fitting = unique.filter(({ aggregateId }) => isQueueable(aggregateId));
    const unstorable = unique.filter(({ aggregateId }) => !isQueueable(aggregateId));
    const refusedOnes: NewRepairTask[] = [];
    const result = { added: 0, known: tasks.length - unique.length, refused: refusedOnes, unstorable };
    for (let at = 0; at < fitting.length; at += addedAtOnce) {
      const some = fitting.slice(at, at + addedAtOnce);
      const { added, known, refused } = await this.#retrying('add repair tasks', () =>
        inTransaction(this.#pool, (client) => this.#add(client, some)),
      );
      result.added += added;
      result.known += known;
      result.refused.push(...refused);
    }
    return result;
  }

  /** Takes tasks under a lease that expires. Tasks locked by another claim are skipped, not waited for. */
  claim(request: ClaimRequest): Promise<ClaimedRepairTask[]> {
    const claimId = randomUUID();
    return this.#retrying('claim repair tasks', async () => {
      if (request.notSince === undefined) await this.#pool.query(sql.giveUpDead, [this.#maxFailures]);
      await this.#pool.query(sql.claimTasks, [
        claimId,
        request.holder,
        request.leaseMs,
        request.limit,
        request.projections.map(({ name }) => name),
        request.projections.map(({ version }) => version),
        request.notSince ?? null,
      ]);
      const { rows } = await this.#pool.query<RepairRow>(
        `SELECT ${repairColumns} FROM registry.repair_tasks WHERE claim_id = $1 ORDER BY created_at, aggregate_id`,
        [claimId],
      );
      return rows.map((row) => toClaimed(row, claimId));
    });
  }

  /**
   * Takes a task that is done out of the queue.
   * @returns `asked-again` when it was asked for again meanwhile: it stays, due at once; `lost` when the lease had ended and
   * the task is no longer this claim's
   */
  complete(task: ClaimedRepairTask): Promise<'done' | 'asked-again' | 'lost'> {
    const claim = claimOf(task);
    return this.#retrying('take a repair task out', async () => {
      const removed = await this.#pool.query(sql.removeDone, [...claim, task.requests]);
      if (removed.rowCount === 1) return 'done';
      const back = await this.#pool.query(sql.askedAgain, claim);
      return back.rowCount === 1 ? 'asked-again' : 'lost';
    });
  }

  /**
   * Puts a task back after an attempt that failed.
   * @param counts false for a fault that is not the task's, such as a server out of reach: it is never abandoned for that
   * @returns the state it is in now, FAILED when it was abandoned; undefined when the task is no longer this claim's
   */
  fail(
    task: ClaimedRepairTask,
    failure: { readonly error: string; readonly counts: boolean; readonly retryInMs: number },
  ): Promise<RepairState | undefined> {
    const { error, counts, retryInMs } = failure;
    return this.#retrying('put a repair task back', async () => {
      const { rows } = await this.#pool.query<{ state: RepairState }>(sql.noteFailure, [
        ...claimOf(task),
        storableText(error, longestError),
        counts ? 1 : 0,
        this.#maxFailures,
        retryInMs,
      ]);
      return rows[0]?.state;
    });
  }

  /** Gives a task back untouched, due at once. */
  async release(task: ClaimedRepairTask): Promise<void> {
    await this.#retrying('give a repair task back', () => this.#pool.query(sql.release, claimOf(task)));
  }

  /**
   * Removes the tasks of projection versions that no generation has any more, so that they do not fill the queue forever.
   * @returns how many
   */
  dropObsolete(): Promise<number> {
    return this.#retrying('take obsolete repair tasks out', async () => {
      const { rowCount } = await this.#pool.query(sql.dropObsolete);
      return rowCount ?? 0;
    });
  }

  /** Tasks of the queue, the oldest first. */
  list(filter: {
    readonly projections?: readonly string[];
    readonly state?: RepairState;
    readonly aggregateIds?: readonly string[];
    readonly limit: number;
  }): Promise<RepairTask[]> {
    return this.#retrying('list repair tasks', async () => {
      const { rows } = await this.#pool.query<RepairRow>(
        `SELECT ${repairColumns} FROM registry.repair_tasks
         WHERE ($1::text[] IS NULL OR projection = ANY ($1)) AND ($2::text IS NULL OR state = $2)
           AND ($3::text[] IS NULL OR aggregate_id = ANY ($3))
         ORDER BY created_at, projection, aggregate_id LIMIT $4`,
        [filter.projections ?? null, filter.state ?? null, filter.aggregateIds ?? null, filter.limit],
      );
      return rows.map(toTask);
    });
  }

  counts(projections?: readonly string[]): Promise<RepairCounts> {
    return this.#retrying('count the repair tasks', async () => {
      const tasks = await this.#pool.query<{
        open: number;
        failed: number;
        leased: number;
        oldest_open: number | null;
      }>(sql.countTasks, [projections ?? null]);
      const refusals = await this.#pool.query<{ refused: number; last_refused_at: Date | null }>(
        sql.countRefusals,
        [projections ?? null],
      );
      const { open, failed, leased, oldest_open } = tasks.rows[0]!;
      const { refused, last_refused_at: lastRefusedAt } = refusals.rows[0]!;
      return { open, failed, leased, oldestOpenSeconds: oldest_open, refused, lastRefusedAt };
    });
  }

  /** Whether a task of these projections was not taken up since then. */
  hasUntouched(since: DatabaseTime, projections: ClaimRequest['projections']): Promise<boolean> {
    return this.#retrying('look at the repair tasks', async () => {
      const { rows } = await this.#pool.query<{ untouched: boolean }>(sql.anyUntouched, [
        since,
        projections.map(({ name }) => name),
        projections.map(({ version }) => version),
      ]);
      return rows[0]!.untouched;
    });
  }

  /** Removes tasks that nobody works on and nobody has asked for again since then: they were repaired without the queue. */
  async settle(keys: readonly RepairKey[], since: DatabaseTime): Promise<void> {
    await this.#retrying('take repair tasks out', () =>
      this.#pool.query(sql.settle, [
        since,
        keys.map(({ projection }) => projection),
        keys.map(({ projectionVersion }) => projectionVersion),
        keys.map(({ aggregateId }) => aggregateId),
      ]),
    );
  }

  /** The database's time, for `ClaimRequest.notSince`. */
  now(): Promise<DatabaseTime> {
    return this.#retrying('read the time', async () => {
      const { rows } = await this.#pool.query<{ now: DatabaseTime }>('SELECT clock_timestamp()::text AS now');
      return rows[0]!.now;
    });
  }

  async #add(client: PoolClient, tasks: readonly NewRepairTask[]): Promise<Omit<AddResult, 'unstorable'>> {
    await client.query(sql.lockAdding);
    const known = await client.query<{ at: number }>(sql.askAnew, columnsOf(tasks));
    const held = new Set(known.rows.map(({ at }) => tasks[at - 1]!));
    const fresh = tasks.filter((task) => !held.has(task));
    if (fresh.length === 0) return { added: 0, known: held.size, refused: [] };
    const { rows } = await client.query<{ held: number }>(sql.countUpTo, [this.maxTasks]);
    const room = this.maxTasks - rows[0]!.held;
    const taken = new Set(fresh.slice(0, Math.max(0, room)));
    const refused = fresh.filter((task) => !taken.has(task));
    if (taken.size > 0)
      await client.query(sql.insertTasks, [
        ...columnsOf([...taken]),
        [...taken].map(({ aggregateType }) => aggregateType),
      ]);
    for (const [projection, some] of Map.groupBy(refused, (task) => task.projection))
      await client.query(sql.noteRefusals, [projection, some.length]);
    return { added: taken.size, known: held.size, refused };
  }

  #retrying<T>(what: string, operation: () => Promise<T>): Promise<T> {
    return retrying(this.#pool, what, operation, this.#retry);
  }
}

function isQueueable(aggregateId: string): boolean {
  const bytes = Buffer.byteLength(aggregateId);
  return bytes > 0 && bytes <= longestAggregateId && isStorableText(aggregateId);
}

/** Nobody reads more of it. */
const longestError = 2_000;

function keyOf({ projection, projectionVersion, aggregateId }: RepairKey): string {
  return JSON.stringify([projection, projectionVersion, aggregateId]);
}

function claimOf(task: ClaimedRepairTask): unknown[] {
  return [task.projection, task.projectionVersion, task.aggregateId, task.claimId];
}

function columnsOf(tasks: readonly NewRepairTask[]): unknown[] {
  return [
    tasks.map(({ projection }) => projection),
    tasks.map(({ projectionVersion }) => projectionVersion),
    tasks.map(({ aggregateId }) => aggregateId),
    tasks.map(({ reason }) => reason),
    tasks.map(({ error }) => (error === undefined ? null : storableText(error, longestError))),
  ];
}
