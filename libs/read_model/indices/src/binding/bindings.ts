import type { Pool } from 'pg';
import { inTransaction } from '../postgres/pool.ts';
import { describePool, retrying, type RetryOptions } from '../postgres/retry.ts';
import { assertFence } from '../registry/leases.ts';
import type { Fence } from '../registry/leases.ts';
import type { Binding, HeldBinding } from './binding.ts';

interface BindingRow {
  projection: string;
  topic: string;
  cluster_id: string | null;
  storage: Binding['storage'];
  readers: string;
  bound_at: Date;
}

/**
 * Which event log and which readers each projection of this registry belongs to. Recorded at first use, and never changed by a
 * process that is configured otherwise. Calls are retried after a connection fault and then throw `DependencyError`.
 */
export class Bindings {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  /** The caller keeps the pool and ends it. */
  constructor(pool: Pool, retry: RetryOptions = {}) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Host, port and name of the database, without user or password. */
  get database(): string {
    return describePool(this.#pool);
  }

  /** All bindings, by projection. */
  async list(): Promise<HeldBinding[]> {
    const { rows } = await this.#query<BindingRow>(
      'read what the registry is bound to',
      `SELECT projection, topic, cluster_id, storage, readers, bound_at FROM registry.bindings ORDER BY projection COLLATE "C"`,
      [],
    );
    return rows.map(({ cluster_id, bound_at, ...row }) => ({
      ...row,
      clusterId: cluster_id ?? undefined,
      boundAt: bound_at,
    }));
  }

  /**
   * Records bindings, all in one statement, where the projection has none and nobody else has its readers, and the cluster where
   * only that was unknown. What stands there already stays: the caller looks at it again.
   */
  async record(bindings: readonly Binding[]): Promise<void> {
    // In one order: of two that come first at the same moment one waits for the other and then finds all of its.
    const ordered = [...bindings].sort((a, b) => (a.projection < b.projection ? -1 : 1));
    const values = [
      ordered.map(({ projection }) => projection),
      ordered.map(({ topic }) => topic),
      ordered.map(({ clusterId }) => clusterId ?? null),
      ordered.map(({ storage }) => storage),
      ordered.map(({ readers }) => readers),
    ];
    const given = `unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS given (projection, topic, cluster_id, storage, readers)`;
    const what = 'record what the registry is bound to';
    await this.#query(
      what,
      `INSERT INTO registry.bindings (projection, topic, cluster_id, storage, readers) SELECT * FROM ${given}
       ON CONFLICT DO NOTHING`,
      values,
    );
    await this.#query(
      what,
      `UPDATE registry.bindings AS held SET cluster_id = given.cluster_id FROM ${given}
       WHERE held.cluster_id IS NULL AND given.cluster_id IS NOT NULL
         AND (held.projection, held.topic, held.storage, held.readers)
           = (given.projection, given.topic, given.storage, given.readers)`,
      values,
    );
  }

  /** Puts a binding in the place of whatever the projection has. @throws LeaseLost when the fence is stale; nothing is changed then */
  async replace({ projection, topic, clusterId, storage, readers }: Binding, fence: Fence): Promise<void> {
    const replaceSql = `
      INSERT INTO registry.bindings (projection, topic, cluster_id, storage, readers) VALUES ($1, $2, $3, $4, $5)
      ON CONFLICT (projection) DO UPDATE SET topic = excluded.topic, cluster_id = excluded.cluster_id, storage = excluded.storage,
                                             readers = excluded.readers, bound_at = excluded.bound_at`;
    const replaced = () =>
      inTransaction(this.#pool, async (client) => {
        await assertFence(client, fence);
        await client.query(replaceSql, [projection, topic, clusterId ?? null, storage, readers]);
      });
    await retrying(this.#pool, 'record what the registry is bound to', replaced, this.#retry);
  }

  /** Aliases or views that runs of the projection have switched, by their receipts. */
  async switchedByRuns(projection: string): Promise<string[]> {
    const { rows } = await this.#query<{ alias: string }>(
      'read what runs have switched',
      `SELECT DISTINCT receipt -> 'cutover' ->> 'alias' AS alias FROM registry.runs
       WHERE projection = $1 AND receipt -> 'cutover' ->> 'alias' IS NOT NULL ORDER BY alias`,
      [projection],
    );
    return rows.map(({ alias }) => alias);
  }

  #query<Row extends object>(what: string, sql: string, values: unknown[]) {
    return retrying(this.#pool, what, () => this.#pool.query<Row>(sql, values), this.#retry);
  }
}
