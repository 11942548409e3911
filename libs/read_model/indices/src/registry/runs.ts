import { storableJson } from '@reprise/events';
import type { Pool } from 'pg';
import { inTransaction } from '../postgres/pool.ts';
import type { JsonObject } from '../generation/generation.ts';
import { assertFence, isHeld, type Fence } from './leases.ts';

/** RUNNING until it ends itself, or a later run of the projection finds it dead and marks it INTERRUPTED. */
export const runStates = ['RUNNING', 'DONE', 'FAILED', 'INTERRUPTED'] as const;
export type RunState = (typeof runStates)[number];

export interface Run {
  readonly runId: string;
  readonly projection: string;
  readonly mode: string;
  readonly source: string;
  /** `<shard>/<shards>` of a run that builds a part of a generation. */
  readonly shard: string | null;
  readonly state: RunState;
  /** UUID of the generation it builds or feeds, once there is one. */
  readonly generation: string | null;
  readonly fencingToken: bigint | null;
  readonly host: string;
  readonly pid: number;
  readonly user: string;
  readonly startedAt: Date;
  /** When progress or checkpoint were last saved. */
  readonly savedAt: Date | null;
  readonly endedAt: Date | null;
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly progress: JsonObject | null;
  readonly checkpoint: JsonObject | null;
  readonly receipt: JsonObject | null;
  readonly cancelRequestedAt: Date | null;
}

export type NewRun = Pick<Run, 'runId' | 'projection' | 'mode' | 'source' | 'host' | 'pid' | 'user'> & {
  readonly generation?: string | null;
  readonly shard?: string | null;
  /** The fence it works under; a run that changes nothing (a dry run) has none. */
  readonly fence?: Fence;
};

export interface RunEnd {
  readonly state: Exclude<RunState, 'RUNNING'>;
  readonly outcome: string;
  readonly exitCode: number;
  readonly receipt?: JsonObject | null;
}

interface RunRow {
  run_id: string;
  projection: string;
  mode: string;
  source: string;
  shard: string | null;
  state: RunState;
  generation: string | null;
  fencing_token: string | null;
  host: string;
  pid: number;
  os_user: string;
  started_at: Date;
  saved_at: Date | null;
  ended_at: Date | null;
  outcome: string | null;
  exit_code: number | null;
  progress: JsonObject | null;
  checkpoint: JsonObject | null;
  receipt: JsonObject | null;
  cancel_requested_at: Date | null;
}

const columns = `run_id, projection, mode, source, shard, state, generation, fencing_token, host, pid, os_user, started_at, saved_at,
                 ended_at, outcome, exit_code, progress, checkpoint, receipt, cancel_requested_at`;

function toRun(row: RunRow): Run {
  return {
    runId: row.run_id,
    projection: row.projection,
    mode: row.mode,
    source: row.source,
    shard: row.shard,
    state: row.state,
    generation: row.generation,
    fencingToken: row.fencing_token === null ? null : BigInt(row.fencing_token),
    host: row.host,
    pid: row.pid,
    user: row.os_user,
    startedAt: row.started_at,
    savedAt: row.saved_at,
    endedAt: row.ended_at,
    outcome: row.outcome,
    exitCode: row.exit_code,
    progress: row.progress,
    checkpoint: row.checkpoint,
    receipt: row.receipt,
    cancelRequestedAt: row.cancel_requested_at,
  };
}

/**
 * Enters a run as RUNNING; a run that is already entered (resumed under its own id) continues with its checkpoint. Runs of the
 * projection that still count as RUNNING under an older token are dead and become INTERRUPTED: those of shards whose lease is
 * no longer theirs, and the others when the new run holds the projection's own lease.
 */
export async function startRun(pool: Pool, run: NewRun): Promise<Run> {
  const { fence } = run;
  return inTransaction(pool, async (client) => {
    if (fence !== undefined) {
      await assertFence(client, fence);
      await client.query(
        `UPDATE registry.runs SET state = 'INTERRUPTED', outcome = 'died', ended_at = clock_timestamp()
         WHERE projection = $1 AND state = 'RUNNING' AND run_id <> $2 AND fencing_token < $3
           AND CASE WHEN shard IS NULL THEN $4::text IS NULL ELSE NOT EXISTS (
                 SELECT FROM registry.leases AS lease
                 WHERE lease.projection = runs.projection || ' ' || runs.shard AND lease.run_id = runs.run_id
                   AND lease.token = runs.fencing_token AND ${isHeld('lease')}) END`,
        [run.projection, run.runId, fence.token, run.shard ?? null],
      );
    }
    const { rows } = await client.query<RunRow>(
      `INSERT INTO registry.runs (run_id, projection, mode, source, state, generation, fencing_token, host, pid, os_user, shard)
       VALUES ($1, $2, $3, $4, 'RUNNING', $5, $6, $7, $8, $9, $10)
       ON CONFLICT (run_id) DO UPDATE SET
         state = 'RUNNING', generation = coalesce(excluded.generation, runs.generation),
         fencing_token = excluded.fencing_token, host = excluded.host, pid = excluded.pid, os_user = excluded.os_user,
         ended_at = NULL, outcome = NULL, exit_code = NULL, receipt = NULL, cancel_requested_at = NULL
       RETURNING ${columns}`,
      [
        run.runId,
        run.projection,
        run.mode,
        run.source,
        run.generation ?? null,
        fence?.token ?? null,
        run.host,
        run.pid,
        run.user,
        run.shard ?? null,
      ],
    );
    return toRun(rows[0]!);
  });
}

/** Saves what is given and keeps the rest; reports whether someone asked for the run to stop. */
export async function saveProgress(
  pool: Pool,
  runId: string,
  saved: { readonly progress?: JsonObject; readonly checkpoint?: JsonObject; readonly generation?: string },
  fence?: Fence,
): Promise<{ cancelRequested: boolean }> {
  return inTransaction(pool, async (client) => {
    if (fence !== undefined) await assertFence(client, fence);
    const { rows } = await client.query<{ cancel_requested: boolean }>(
      `UPDATE registry.runs SET progress = coalesce($2, progress), checkpoint = coalesce($3, checkpoint),
                                generation = coalesce($4, generation), saved_at = clock_timestamp()
       WHERE run_id = $1 RETURNING cancel_requested_at IS NOT NULL AS cancel_requested`,
      [runId, json(saved.progress), json(saved.checkpoint), saved.generation ?? null],
    );
    return { cancelRequested: rows[0]?.cancel_requested ?? false };
  });
}

/** Ends a run with its result. */
export async function endRun(pool: Pool, runId: string, end: RunEnd, fence?: Fence): Promise<void> {
  await inTransaction(pool, async (client) => {
    if (fence !== undefined) await assertFence(client, fence);
    await client.query(
      `UPDATE registry.runs SET state = $2, outcome = $3, exit_code = $4, receipt = $5, ended_at = clock_timestamp()
       WHERE run_id = $1`,
      [runId, end.state, end.outcome, end.exitCode, json(end.receipt)],
    );
  });
}

export async function findRun(pool: Pool, runId: string): Promise<Run | undefined> {
  const { rows } = await pool.query<RunRow>(
    `SELECT ${columns} FROM registry.runs WHERE run_id::text = lower($1)`,
    [runId],
  );
  return rows[0] && toRun(rows[0]);
}

export interface RunSelection {
  readonly projection?: string;
  /** Only runs that built or fed the generation of this uuid. */
  readonly generation?: string;
  /** Only runs that left a receipt. */
  readonly withReceipt?: boolean;
  readonly limit: number;
}

/** The latest runs, newest first. */
export async function listRuns(
  pool: Pool,
  { projection, generation, withReceipt = false, limit }: RunSelection,
): Promise<Run[]> {
  const { rows } = await pool.query<RunRow>(
    `SELECT ${columns} FROM registry.runs
     WHERE ($1::text IS NULL OR projection = $1) AND ($4::uuid IS NULL OR generation = $4)
       AND (NOT $3::boolean OR receipt IS NOT NULL)
     ORDER BY started_at DESC, run_id DESC LIMIT $2`,
    [projection ?? null, limit, withReceipt, generation ?? null],
  );
  return rows.map(toRun);
}

/**
 * Asks the running run of that id, or the running ones of that projection (several when it is built by shards), to stop.
 * @returns the newest of them; undefined when none runs
 */
export async function requestCancel(pool: Pool, projectionOrRunId: string): Promise<Run | undefined> {
  const { rows } = await pool.query<RunRow>(
    `UPDATE registry.runs SET cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp())
     WHERE state = 'RUNNING' AND (projection = $1 OR run_id::text = lower($1))
     RETURNING ${columns}`,
    [projectionOrRunId],
  );
  return rows.map(toRun).sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())[0];
}

/**
 * The newest run of the projection that can be resumed: it has a checkpoint, did not end (or ended INTERRUPTED), and its
 * generation was neither abandoned nor finished by a later run. The caller holds the lease, so a run without an end is dead.
 */
export async function interruptedRun(pool: Pool, projection: string): Promise<Run | undefined> {
  const { rows } = await pool.query<RunRow>(
    `SELECT ${columns} FROM registry.runs AS run
     WHERE projection = $1 AND checkpoint IS NOT NULL AND state IN ('RUNNING', 'INTERRUPTED')
       AND (generation IS NULL OR EXISTS (
             SELECT FROM registry.generations
             WHERE uuid = run.generation AND state IN ('BUILDING', 'INTERRUPTED', 'BUILT', 'VERIFIED')))
       AND NOT EXISTS (SELECT FROM registry.runs AS later WHERE later.generation = run.generation
                         AND later.state = 'DONE' AND later.shard IS NULL)
     ORDER BY started_at DESC, run_id DESC LIMIT 1`,
    [projection],
  );
  return rows[0] && toRun(rows[0]);
}

function json(value: JsonObject | null | undefined): string | null {
  return value === undefined || value === null ? null : storableJson(value);
}
