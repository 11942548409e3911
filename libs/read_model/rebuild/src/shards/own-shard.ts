import { nameOfShard, type JsonObject } from '@reprise/read-model-indices';
import type { OwnShard, WritingRun } from '../run/run-context.ts';
import type { StepResult } from '../run/run-steps.ts';
import { shardsAtWork } from './shards.ts';

/** Saves what a shard has finished, under its own lease. */
export function saveOwnCheckpoint(
  { servers, generation, fence }: WritingRun,
  { shard }: OwnShard,
  checkpoint: JsonObject,
): Promise<void> {
  return servers.registry.shards.saveCheckpoint(generation.uuid, shard.index, checkpoint, fence);
}

/**
 * Ends the part of a shard whose slices are all written. Slices with aggregates that have events in other slices too are not
 * finished: only a process that has read all of them can join these, so the one that finishes the build reads them again.
 */
export async function endOwnShard(
  run: WritingRun,
  own: OwnShard,
  waiting: ReadonlySet<number>,
): Promise<StepResult> {
  if (waiting.size > 0) {
    run.warnings.push(
      `aggregates of partitions ${[...waiting].join(', ')} have events in other partitions too: who finishes the build reads these partitions again`,
    );
  }
  const { servers, generation, fence } = run;
  await servers.registry.shards.markBuilt(generation.uuid, own.shard.index, fence);
  await tellOpenShards(run, own);
  return { result: 'shard-built' };
}

/** Notes which shards of the build still have to be built, and by whom, for the receipt. */
export async function tellOpenShards(
  { servers, options, generation }: WritingRun,
  own: OwnShard,
): Promise<void> {
  const build = await servers.registry.shards.ofGeneration(generation.uuid);
  own.open = (build?.parts ?? []).filter(({ built }) => !built).map(({ shard }) => shard);
  if (own.open.length === 0) {
    own.note = 'All shards are built; another one of them finishes the generation.';
    return;
  }
  const atWork = await shardsAtWork(servers.registry, options.projection.name);
  const { of } = own.shard;
  const named = own.open.map((index) => {
    const name = nameOfShard({ index, of });
    return `${name} (${atWork.some(({ lease }) => lease.endsWith(` ${name}`)) ? 'running' : 'not running'})`;
  });
  own.note =
    `Shard ${nameOfShard(own.shard)} is built. Still to build: ${named.join(', ')}. ` +
    'The last one to finish proves the generation and moves readers to it.';
}
