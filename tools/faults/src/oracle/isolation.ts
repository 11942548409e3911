import type { World } from '../cluster/world.ts';
import { checkSame } from '../waiting.ts';

/** What a rebuild must not touch. */
export interface Untouched {
  readonly groups: readonly string[];
  readonly committed: readonly string[];
  /** Operations the serving index has carried out since it was made. */
  readonly liveWrites: number;
}

interface IndexStats {
  readonly _all: {
    readonly primaries: {
      readonly indexing: { readonly index_total: number; readonly delete_total: number };
    };
  };
}

/** Groups that have to do with this world or with a rebuild, their committed offsets, and the writes of the serving index. */
export async function observeUntouched(world: World): Promise<Untouched> {
  const admin = await world.log.admin();
  const groups = (await admin.listGroups()).groups
    .map(({ groupId }) => groupId)
    .filter((id) => id.includes(world.topic) || id.includes('rebuild'))
    .sort();
  const committed: string[] = [];
  for (const groupId of groups)
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [world.topic] }))
      committed.push(
        ...partitions.map(({ partition, offset }) => `${groupId} ${topic} ${partition} ${offset}`),
      );
  const [serving] = await world.search.behind(world.alias);
  if (serving === undefined) return { groups, committed, liveWrites: 0 };
  const { body } = await world.search.call('GET', `${serving}/_stats/indexing`);
  const { index_total, delete_total } = (body as unknown as IndexStats)._all.primaries.indexing;
  return { groups, committed, liveWrites: index_total + delete_total };
}

/** I8: nothing of it changed. Only where no consumer runs, because a consumer commits and writes too. */
export async function checkUntouched(world: World, before: Untouched): Promise<void> {
  checkSame(
    await observeUntouched(world),
    before,
    'I8: groups, committed offsets and writes of the serving index',
  );
}
