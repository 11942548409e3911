import { storableJson } from '@reprise/events';
import type { Pool } from 'pg';
import { inTransaction } from '../postgres/pool.ts';
import { retrying, type RetryOptions } from '../postgres/retry.ts';
import type { JsonObject } from '../generation/generation.ts';
import { assertFence, type Fence } from './leases.ts';

/** A shard among all of its build. */
export interface ShardPlace {
  /** 0-based. */
  readonly index: number;
  readonly of: number;
}

export function nameOfShard({ index, of }: ShardPlace): string {
  return `${index}/${of}`;
}

/** Key of the lease that a shard's process holds while it works. */
export function leaseOfShard(projection: string, shard: ShardPlace): string {
  return `${projection} ${nameOfShard(shard)}`;
}

/** One shard's part of a sharded build. */
export interface ShardPart {
  /** 0-based. */
  readonly shard: number;
  /** The run that worked on it last. */
  readonly runId: string | null;
  readonly checkpoint: JsonObject | null;
  /** Every slice of it was read and written. */
  readonly built: boolean;
  /** Its process has reported to its caller how it ended. */
  readonly reported: boolean;
  /** Milliseconds since its last change, by the database's clock. */
  readonly idleMs: number;
}

/** A generation that several processes build, each its own slices. */
export interface ShardedBuild {
  readonly generation: string;
  readonly projection: string;
  readonly shards: number;
  /** Name of the job its processes belong to, when they said one. */
  readonly job: string | null;
  /** What every shard begins with: the captured extent, and what was finished before. */
  readonly checkpoint: JsonObject;
  /** How it ended; null while it is open. */
  readonly outcome: string | null;
  readonly openedAt: Date;
  /** One for each shard, in order. */
  readonly parts: readonly ShardPart[];
}

export type NewShardedBuild = Pick<
  ShardedBuild,
  'generation' | 'projection' | 'shards' | 'job' | 'checkpoint'
>;

/**
 * The sharded builds in the registry. At most one of a projection is open. What concerns the whole build is changed under the
 * projection's own lease, what concerns one shard under that shard's. Calls are sent again after a fault of the connection,
 * as those of `Registry`.
 */
export class ShardedBuilds {
  readonly #pool: Pool;
  readonly #retry: RetryOptions;

  constructor(pool: Pool, retry: RetryOptions) {
    this.#pool = pool;
    this.#retry = retry;
  }

  /** Opens a build, or opens it again for another number of shards: none of them has done anything then. */
  open(build: NewShardedBuild, fence: Fence): Promise<void> {
    return this.#retrying('open a sharded build', () => openBuild(this.#pool, build, fence));
  }

  /** The projection's newest build, open or not. */
  newest(projection: string): Promise<ShardedBuild | undefined> {
    return this.#find('projection = $1', projection);
  }

  ofGeneration(uuid: string): Promise<ShardedBuild | undefined> {
    return this.#find('generation::text = lower($1)', uuid);
  }

  /** The projection's newest build of that job. */
  ofJob(projection: string, job: string): Promise<ShardedBuild | undefined> {
    return this.#find('projection = $1 AND job = $2', projection, job);
  }

  /** Makes an open build that of another job. */
  adopt(generation: string, job: string, fence: Fence): Promise<void> {
    return this.#change('name the job of a sharded build', fence, [
      'UPDATE registry.sharded_builds SET job = $2 WHERE generation = $1',
      generation,
      job,
    ]);
  }

  /** Enters a run as the one that works on a shard. */
  join(generation: string, shard: number, fence: Fence): Promise<void> {
    return this.#change('join a sharded build', fence, [
      `UPDATE registry.shards SET run_id = $3, reported_at = NULL, changed_at = clock_timestamp()
       WHERE generation = $1 AND shard = $2`,
      generation,
      shard,
      fence.runId,
    ]);
  }

  /** Saves what a shard has finished so far. */
  saveCheckpoint(generation: string, shard: number, checkpoint: JsonObject, fence: Fence): Promise<void> {
    return this.#change('save the checkpoint of a shard', fence, [
      `UPDATE registry.shards SET checkpoint = $3, changed_at = clock_timestamp()
       WHERE generation = $1 AND shard = $2`,
      generation,
      shard,
      storableJson(checkpoint),
    ]);
  }

  /** Says that a shard has read and written all of its slices. */
  markBuilt(generation: string, shard: number, fence: Fence): Promise<void> {
    return this.#change('mark a shard as built', fence, [
      `UPDATE registry.shards SET built_at = coalesce(built_at, clock_timestamp()), changed_at = clock_timestamp()
       WHERE generation = $1 AND shard = $2`,
      generation,
      shard,
    ]);
  }

  /** Records that a shard's process is about to report its outcome: started again, it is asked for new work. */
  markReported(generation: string, shard: number, fence: Fence): Promise<void> {
    return this.#change('save the end of a shard', fence, [
      `UPDATE registry.shards SET reported_at = clock_timestamp(), changed_at = clock_timestamp()
       WHERE generation = $1 AND shard = $2`,
      generation,
      shard,
    ]);
  }

  /** Ends a build. The first outcome stays. */
  close(generation: string, outcome: string, fence: Fence): Promise<void> {
    return this.#change('close a sharded build', fence, [
      `UPDATE registry.sharded_builds SET closed_at = clock_timestamp(), outcome = $2
       WHERE generation = $1 AND closed_at IS NULL`,
      generation,
      outcome,
    ]);
  }

  #find(condition: string, ...values: string[]): Promise<ShardedBuild | undefined> {
    return this.#retrying('look a sharded build up', () => findBuild(this.#pool, condition, values));
  }

  #change(what: string, fence: Fence, [sql, ...values]: [string, ...unknown[]]): Promise<void> {
    return this.#retrying(what, () =>
      inTransaction(this.#pool, async (client) => {
        await assertFence(client, fence);
        await client.query(sql, values);
      }),
    );
  }

  #retrying<T>(what: string, operation: () => Promise<T>): Promise<T> {
    return retrying(this.#pool, what, operation, this.#retry);
  }
}

async function openBuild(pool: Pool, build: NewShardedBuild, fence: Fence): Promise<void> {
  const { generation, projection, shards, job, checkpoint } = build;
  await inTransaction(pool, async (client) => {
    await assertFence(client, fence);
    await client.query(
      `INSERT INTO registry.sharded_builds (generation, projection, shards, job, checkpoint) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (generation) DO UPDATE SET
         shards = excluded.shards, job = excluded.job, checkpoint = excluded.checkpoint,
         opened_at = clock_timestamp(), closed_at = NULL, outcome = NULL`,
      [generation, projection, shards, job, storableJson(checkpoint)],
    );
    await client.query('DELETE FROM registry.shards WHERE generation = $1', [generation]);
    await client.query(
      'INSERT INTO registry.shards (generation, shard) SELECT $1, generate_series(0, $2::int - 1)',
      [generation, shards],
    );
  });
}

interface BuildRow {
  generation: string;
  projection: string;
  shards: number;
  job: string | null;
  checkpoint: JsonObject;
  outcome: string | null;
  opened_at: Date;
}

interface PartRow {
  shard: number;
  run_id: string | null;
  checkpoint: JsonObject | null;
  built: boolean;
  reported: boolean;
  idle_ms: number;
}

async function findBuild(
  pool: Pool,
  condition: string,
  values: readonly string[],
): Promise<ShardedBuild | undefined> {
  const { rows } = await pool.query<BuildRow>(
    `SELECT generation, projection, shards, job, checkpoint, outcome, opened_at FROM registry.sharded_builds
     WHERE ${condition} ORDER BY opened_at DESC LIMIT 1`,
    [...values],
  );
  const build = rows[0];
  if (build === undefined) return undefined;
  const parts = await pool.query<PartRow>(
    `SELECT shard, run_id, checkpoint, built_at IS NOT NULL AS built, reported_at IS NOT NULL AS reported,
            extract(epoch FROM clock_timestamp() - changed_at)::float8 * 1000 AS idle_ms
     FROM registry.shards WHERE generation = $1 ORDER BY shard`,
    [build.generation],
  );
  const { opened_at: openedAt, ...rest } = build;
  return {
    ...rest,
    openedAt,
    parts: parts.rows.map(({ run_id: runId, idle_ms: idleMs, ...part }) => ({ ...part, runId, idleMs })),
  };
}
