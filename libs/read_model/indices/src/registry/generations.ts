import { randomUUID } from 'node:crypto';
import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { CutoverConflict } from '../errors.ts';
import type { Generation, GenerationName, GenerationState, Positions } from '../generation/generation.ts';
import { inTransaction } from '../postgres/pool.ts';
import { UnknownGeneration } from './errors.ts';
import { assertFence, type Fence } from './leases.ts';

/** What is known of a generation before it exists; it begins BUILDING. */
export type NewGeneration = Pick<
  Generation,
  | 'uuid'
  | 'projection'
  | 'name'
  | 'storage'
  | 'fingerprint'
  | 'projectionVersion'
  | 'topic'
  | 'topicId'
  | 'partitions'
  | 'runId'
>;

interface GenerationRow {
  uuid: string;
  projection: string;
  name: string;
  storage: Generation['storage'];
  fingerprint: string;
  projection_version: number;
  topic: string;
  topic_id: string;
  partitions: number | null;
  state: GenerationState;
  created_at: Date;
  state_changed_at: Date;
  digest: string | null;
  run_id: string | null;
}

const columns = `uuid, projection, name, storage, fingerprint, projection_version, topic, topic_id, partitions, state,
                 created_at, state_changed_at, digest, run_id`;

function toGeneration(row: GenerationRow): Generation {
  return {
    uuid: row.uuid,
    projection: row.projection,
    // Only minted names are ever stored (see createGeneration).
    name: row.name as GenerationName,
    storage: row.storage,
    fingerprint: row.fingerprint,
    projectionVersion: row.projection_version,
    topic: row.topic,
    topicId: row.topic_id,
    partitions: row.partitions,
    state: row.state,
    createdAt: row.created_at,
    stateChangedAt: row.state_changed_at,
    digest: row.digest,
    runId: row.run_id,
  };
}

/** Enters a generation, BUILDING. Entering the same uuid again gives the generation that is there. */
export async function createGeneration(pool: Pool, g: NewGeneration, fence: Fence): Promise<Generation> {
  return inTransaction(pool, async (client) => {
    await assertFence(client, fence);
    await client.query(
      `INSERT INTO registry.generations (uuid, projection, name, storage, fingerprint, projection_version, topic, topic_id,
                                         partitions, state, run_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'BUILDING', $10) ON CONFLICT (uuid) DO NOTHING`,
      [
        g.uuid,
        g.projection,
        g.name,
        g.storage,
        g.fingerprint,
        g.projectionVersion,
        g.topic,
        g.topicId,
        g.partitions,
        g.runId,
      ],
    );
    const { rows } = await client.query<GenerationRow>(
      `SELECT ${columns} FROM registry.generations WHERE uuid = $1`,
      [g.uuid],
    );
    return toGeneration(rows[0]!);
  });
}

/** The generation of that name or uuid. */
export async function findGeneration(pool: Pool, nameOrUuid: string): Promise<Generation | undefined> {
  const { rows } = await pool.query<GenerationRow>(
    `SELECT ${columns} FROM registry.generations WHERE name = $1 OR uuid::text = lower($1)`,
    [nameOrUuid],
  );
  return rows[0] && toGeneration(rows[0]);
}

/** Generations that match every part of the filter, newest first. */
export async function listGenerations(
  pool: Pool,
  filter: {
    readonly projection?: string;
    readonly states?: readonly GenerationState[];
    readonly fingerprint?: string;
  },
): Promise<Generation[]> {
  const { rows } = await pool.query<GenerationRow>(
    `SELECT ${columns} FROM registry.generations
     WHERE ($1::text IS NULL OR projection = $1) AND ($2::text[] IS NULL OR state = ANY ($2))
       AND ($3::text IS NULL OR fingerprint = $3)
     ORDER BY created_at DESC, name DESC`,
    [filter.projection ?? null, filter.states ?? null, filter.fingerprint ?? null],
  );
  return rows.map(toGeneration);
}

/**
 * Moves a generation from one of the states `from` to `to`: a compare-and-swap.
 *
 * @param changeId names this call: sent again after a lost answer, it recognises its own work.
 * @returns false, and nothing changed, when the generation is unknown or in another state.
 * @throws CutoverConflict when `to` is LIVE and another generation of the projection is LIVE (that is recordCutover's work).
 */
export async function moveGeneration(
  pool: Pool,
  uuid: string,
  from: readonly GenerationState[],
  to: GenerationState,
  { fence, digest }: { readonly fence?: Fence; readonly digest?: string } = {},
  changeId: string = randomUUID(),
): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    if (fence !== undefined) await assertFence(client, fence);
    const moved = await client.query(
      `UPDATE registry.generations
       SET state = $3, digest = coalesce($4, digest), state_changed_at = clock_timestamp(), change_id = $5
       WHERE uuid = $1 AND state = ANY ($2)`,
      [uuid, from, to, digest ?? null, changeId],
    );
    if (moved.rowCount === 1) return true;
    const mine = await client.query('SELECT FROM registry.generations WHERE uuid = $1 AND change_id = $2', [
      uuid,
      changeId,
    ]);
    return mine.rowCount === 1;
  }).catch((error: unknown) => {
    if (!(error instanceof DatabaseError) || error.constraint !== 'generations_one_live') throw error;
    throw new CutoverConflict(
      `Another generation is LIVE, so ${uuid} was not made LIVE. Nothing was changed.`,
      {
        cause: error,
      },
    );
  });
}

/** Records where readers were switched: `toUuid` LIVE, what was LIVE before STANDBY. Done before, it changes nothing. */
export async function recordCutover(
  pool: Pool,
  projection: string,
  toUuid: string,
  fence?: Fence,
): Promise<void> {
  await inTransaction(pool, async (client) => {
    if (fence !== undefined) await assertFence(client, fence);
    // All of the projection's rows, in one order: two cutovers at once follow each other and cannot deadlock.
    const { rows } = await client.query<{ uuid: string }>(
      'SELECT uuid FROM registry.generations WHERE projection = $1 ORDER BY uuid FOR UPDATE',
      [projection],
    );
    if (!rows.some(({ uuid }) => uuid === toUuid)) throw new UnknownGeneration(projection, toUuid);
    await client.query(
      `UPDATE registry.generations SET state = 'STANDBY', state_changed_at = clock_timestamp(), change_id = NULL
       WHERE projection = $1 AND state = 'LIVE' AND uuid <> $2`,
      [projection, toUuid],
    );
    await client.query(
      `UPDATE registry.generations SET state = 'LIVE', state_changed_at = clock_timestamp(), change_id = NULL
       WHERE uuid = $1 AND state <> 'LIVE'`,
      [toUuid],
    );
  });
}

/** Next offset to read, by partition; partitions never read are absent. */
export async function positions(connection: Pool | PoolClient, uuid: string): Promise<Map<number, bigint>> {
  const { rows } = await connection.query<{ partition: number; position: string }>(
    'SELECT partition, position FROM registry.generation_positions WHERE generation = $1 ORDER BY partition',
    [uuid],
  );
  return new Map(rows.map(({ partition, position }) => [partition, BigInt(position)]));
}

/** Moves positions forward, never back. Its three parameters are numbered from `first`; see {@link positionValues}. */
export function advancingSql(first: number): string {
  return `
    INSERT INTO registry.generation_positions AS held (generation, partition, position)
    SELECT $${first}, partition, position
    FROM unnest($${first + 1}::int[], $${first + 2}::bigint[]) AS given (partition, position)
    ON CONFLICT (generation, partition) DO UPDATE SET position = excluded.position
    WHERE excluded.position > held.position`;
}

/** The parameters of {@link advancingSql}, in an order in which two that lock the same rows cannot deadlock. */
export function positionValues(uuid: string, to: Positions): unknown[] {
  const ascending = [...to].sort(([a], [b]) => a - b);
  return [uuid, ascending.map(([partition]) => partition), ascending.map(([, position]) => position)];
}

/**
 * Moves positions forward, in one statement. A position lower than the stored one leaves it as it is. Partitions are written
 * in ascending order, so that two feeders cannot deadlock.
 */
export async function advancePositions(
  connection: Pool | PoolClient,
  uuid: string,
  to: Positions,
): Promise<void> {
  if (to.size === 0) return;
  await connection.query(advancingSql(1), positionValues(uuid, to));
}
