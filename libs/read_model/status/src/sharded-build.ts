import { leaseOfShard, nameOfShard, type Registry, type Run } from '@reprise/read-model-indices';

/** A generation that several processes build, as `status` shows it. */
export interface ShardedBuildStatus {
  /** UUID. */
  readonly generation: string;
  readonly job: string | null;
  readonly shards: readonly {
    /** `0/4` */
    readonly shard: string;
    /** Built: every slice of it was read and written. */
    readonly state: 'built' | 'at work' | 'not at work';
    /** The run that worked on it last, if one did. */
    readonly run: Pick<Run, 'runId' | 'startedAt' | 'host' | 'pid' | 'progress'> | null;
  }[];
}

/** The build of shards that is open; null when there is none. */
export async function shardStatus(
  registry: Registry,
  projection: string,
): Promise<ShardedBuildStatus | null> {
  const build = await registry.shards.newest(projection);
  if (!build || build.outcome !== null) return null;
  const generation = await registry.findGeneration(build.generation);
  if (!['BUILDING', 'INTERRUPTED', 'BUILT', 'VERIFIED'].includes(generation?.state ?? '')) return null;
  const atWork = new Set((await registry.heldLeases(projection)).map(({ lease }) => lease));
  const shards = build.parts.map(async ({ shard: index, built, runId }) => {
    const shard = { index, of: build.shards };
    const run = runId === null ? undefined : await registry.findRun(runId);
    return {
      shard: nameOfShard(shard),
      state: built
        ? ('built' as const)
        : atWork.has(leaseOfShard(projection, shard))
          ? ('at work' as const)
          : ('not at work' as const),
      run: run
        ? {
            runId: run.runId,
            startedAt: run.startedAt,
            host: run.host,
            pid: run.pid,
            progress: run.progress,
          }
        : null,
    };
  });
  return { generation: build.generation, job: build.job, shards: await Promise.all(shards) };
}
