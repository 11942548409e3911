import type { Generation, LetterKey, Registry } from '@reprise/read-model-indices';

/** What the checkpoint of a run says of the partitions that it has read to their captured ends. The rebuild writes it. */
interface ReadPartitions {
  readonly ends?: Readonly<Record<string, string>>;
  readonly finished?: Readonly<
    Record<string, { readonly poisoned: number; readonly poison: readonly { readonly position: string }[] }>
  >;
}

/** Runs of one generation that are looked through, newest first. */
const runsLookedThrough = 500;

/**
 * Says of records whether the build of a generation has read them as events. It has not where they lie behind the ends that it
 * captured, and not where it has counted them as poison, or as more poison than it lists. Offsets say so; clocks of several hosts could
 * not. A generation that was made empty and fed has no build.
 */
export async function readByBuild(
  registry: Pick<Registry, 'listRuns'>,
  { uuid }: Generation,
): Promise<(record: LetterKey) => boolean> {
  const runs = await registry.listRuns({ generation: uuid, limit: runsLookedThrough });
  const read = runs.map(({ checkpoint }) => {
    const { ends = {}, finished = {} } = (checkpoint ?? {}) as ReadPartitions;
    return new Map(
      Object.entries(finished)
        .filter(([slice, { poisoned, poison }]) => slice in ends && poison.length === poisoned)
        .map(([slice, { poison }]) => {
          const skipped = new Set(poison.map(({ position }) => position));
          return [Number(slice), { end: BigInt(ends[slice]!), skipped }] as const;
        }),
    );
  });
  return ({ partition, offset }) =>
    read.some((partitions) => {
      const own = partitions.get(partition);
      return own !== undefined && offset < own.end && !own.skipped.has(String(offset));
    });
}
