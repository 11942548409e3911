import { randomUUID } from 'node:crypto';
import { categorySummary } from '@reprise/product-read-model';
import {
  assertReadModelMigrated,
  generationName,
  openGenerationStore,
  type createReadModelPool,
  type Fence,
  type Registry,
} from '@reprise/read-model-indices';
import { RepairQueue } from '@reprise/read-model-repair';

/** By table, without its schema, and right: what uses it. No use needs an effect: Postgres asks for the rights first. */
export type Uses = Readonly<Record<string, Readonly<Record<string, () => Promise<unknown>>>>>;

const each = <Use>(rights: readonly string[], use: Use): Record<string, Use> =>
  Object.fromEntries(rights.map((right) => [right, use]));
/** Rights of a statement that adds rows or changes those that are there. */
const upsert = ['INSERT', 'UPDATE'];
const projection = 'rights';
const id = randomUUID();

/** What the registry's own calls use. Enters a generation, which builds belong to. @param fence of a lease on {@link projection} */
export async function usesOfRegistry(registry: Registry, fence: Fence): Promise<Uses> {
  const { runId } = fence;
  const who = { host: 'test', user: 'test', pid: 1 };
  const generation = {
    ...{ uuid: id, projection, name: `${projection}_v1`, storage: 'postgres', fingerprint: 'f', runId },
    ...{ projectionVersion: 1, topic: 'none', topicId: 'none', partitions: 1 },
  } as Parameters<Registry['createGeneration']>[0];
  const binding = {
    projection,
    topic: 'none',
    clusterId: 'none',
    storage: 'postgres',
    readers: 'none',
  } as const;
  const scope = { topicId: 'none', projection };
  const blocker = { aggregateId: id, version: 1, lastParked: 1 };
  const build = { generation: id, projection, shards: 1, job: null, checkpoint: {} };
  const run = { runId: id, projection, mode: 'BUILD', source: 'kafka', ...who };
  const attempt = { attempt: id, origin: 'cli', ...who, verb: 'none', arguments: [] } as const;
  const letter = { partition: 0, offset: 0n, aggregateId: id, version: 1, detail: null, ...who };
  const action = {
    id,
    action: 'none',
    projection,
    request: {},
    arguments: [],
    state: 'none',
    requestedBy: 'key:none',
  };
  await registry.createGeneration(generation, fence);
  const { bindings, shards, blocked, letterActions, verifications, requested, audit } = registry;
  return {
    generations: {
      SELECT: () => registry.listGenerations(),
      INSERT: () => registry.createGeneration(generation, fence),
      UPDATE: () => registry.moveGeneration(id, ['BUILT'], 'VERIFIED'),
    },
    generation_positions: {
      SELECT: () => registry.positions(id),
      ...each(upsert, () => registry.advancePositions(id, new Map([[0, 1n]]))),
    },
    runs: { SELECT: () => registry.findRun(id), ...each(upsert, () => registry.startRun(run)) },
    leases: {
      SELECT: () => registry.heldLeases(projection),
      ...each(upsert, () => registry.acquireLease('others', { runId, holder: 'test', ttlMs: 1 })),
    },
    bindings: {
      SELECT: () => bindings.list(),
      INSERT: () => bindings.record([binding]),
      UPDATE: () => bindings.replace(binding, fence),
    },
    sharded_builds: {
      SELECT: () => shards.newest(projection),
      ...each(upsert, () => shards.open(build, fence)),
    },
    shards: {
      ...each(['SELECT', 'INSERT', 'DELETE'], () => shards.open(build, fence)),
      UPDATE: () => shards.markBuilt(id, 0, fence),
    },
    feeders: {
      SELECT: () => registry.liveFeeders(1),
      ...each(upsert, () => registry.beat('test', [])),
      DELETE: () => registry.removeFeeder('test'),
    },
    feeder_attachments: {
      SELECT: () => registry.liveFeeders(1),
      ...each(['INSERT', 'DELETE'], () => registry.beat('test', [{ generation: id, partitions: [0] }])),
    },
    blocked_aggregates: {
      SELECT: () => blocked.count(scope),
      ...each(upsert, () =>
        blocked.block(scope, [{ ...blocker, partition: 0, offset: 0n, reason: 'none', remedySought: false }]),
      ),
      DELETE: () => blocked.release(scope, id, 1),
    },
    dead_letter_actions: {
      SELECT: () => letterActions.of('none', [letter]),
      INSERT: () => letterActions.record('none', [{ ...letter, action: 'redrive', outcome: 'none' }]),
    },
    verifications: {
      SELECT: () => verifications.list(),
      ...each(upsert, () =>
        verifications.record({ projection, generation: 'none', outcome: 'clean', differing: 0, proof: null }),
      ),
    },
    requested_actions: {
      SELECT: () => requested.find(id),
      INSERT: () => requested.enter(action),
      UPDATE: () => requested.expire(),
    },
    audit_attempts: {
      SELECT: () => audit.list({ limit: 1 }),
      INSERT: () => audit.recordAttempt(attempt),
    },
    audit_outcomes: {
      SELECT: () => audit.list({ limit: 1 }),
      INSERT: () => audit.recordOutcome(id, { exitCode: 0 }),
    },
  };
}

/** What else works on the database: the repair queue, tables of generations with the readers' view, and the check of the schema. */
export async function usesOfTables(pool: ReturnType<typeof createReadModelPool>): Promise<Uses> {
  const retry = { budgetMs: 1 };
  const task = {
    projection,
    projectionVersion: 1,
    aggregateType: 'none',
    aggregateId: id,
    reason: 'operator',
  } as const;
  const queue = new RepairQueue(pool, { retry });
  const full = new RepairQueue(pool, { maxTasks: 0, retry });
  const model = { name: projection, storage: categorySummary.storage };
  const { create, drop, switchReaders, canaries } = openGenerationStore(model, { pool, retryBudgetMs: 1 });
  const meta = { uuid: id, projection, projectionVersion: 1, fingerprint: 'f' };
  const [made, next] = [1, 2].map((second) => generationName(1, projection, new Date(1_000 * second), id));
  await create(made!, meta);
  const mark = { partition: 0, offset: 0n, sentAt: new Date(0).toISOString() };
  return {
    repair_tasks: {
      SELECT: () => queue.counts(),
      ...each(upsert, () => queue.add([task])),
      DELETE: () => queue.dropObsolete(),
    },
    repair_refusals: {
      SELECT: () => queue.counts(),
      ...each(upsert, () => full.add([{ ...task, aggregateId: randomUUID() }])),
    },
    canaries: {
      SELECT: () => canaries!.search(made!),
      ...each(upsert, () => canaries!.write(made!, mark)),
      DELETE: () => drop(next!),
    },
    migrations: { SELECT: () => assertReadModelMigrated(pool, retry) },
    'generations.*': { INSERT: () => create(next!, meta) },
    'public.*': { INSERT: () => switchReaders(undefined, made!) },
  };
}
