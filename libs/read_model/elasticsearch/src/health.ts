import type { Client } from '@elastic/elasticsearch';
import { DependencyError, type GenerationName } from '@reprise/read-model-indices';
import { liftOf } from './servers/blocks.ts';
import { primaryBytes } from './documents/content.ts';
import { unallocatedPrimary } from './creation/allocation.ts';
import { largestRoom, type NodeDisk } from './servers/disk-room.ts';
import { assertMovable, type ReadersAlias } from './readers/readers.ts';
import { request, type RequestOptions } from './servers/requests.ts';

/** A build needs the new index, and segments being merged into larger ones beside the ones they replace. */
const copiesOfLive = 2;
/** Red indices whose cause is asked for; each is a call. */
const explainedIndices = 3;

/**
 * Checks that a generation can be built: nothing blocks writes, what readers are on can be read, and the largest node has room for
 * a second copy of it. Reads only. A cluster that is red because of any other index is not an obstacle: whether it takes a new one shows
 * when that is created.
 *
 * @returns what is wrong outside this read model, for the user who started the build
 * @throws DependencyError saying what is wrong and what to do about it; CutoverConflict when readers could not be moved afterwards
 */
export async function assertAbleToBuild(
  client: Client,
  readers: ReadersAlias,
  options: RequestOptions,
): Promise<string[]> {
  const settings = await request('reading the cluster settings', options, () =>
    client.cluster.getSettings({ include_defaults: true, flat_settings: true }),
  );
  const setting = (key: string): string | undefined => {
    const value: unknown = settings.transient[key] ?? settings.persistent[key] ?? settings.defaults?.[key];
    return typeof value === 'string' ? value : undefined;
  };
  for (const key of ['cluster.blocks.read_only', 'cluster.blocks.read_only_allow_delete']) {
    if (setting(key) === 'true') throw unhealthy(`${key} is set`, `Lift it: ${liftOf(key, '')}.`);
  }
  const target = await assertMovable(client, readers, options);
  const live = target.kind === 'generation' ? target.name : undefined;
  const warnings = await lookAtRed(client, live, options);
  if (target.kind === 'generation')
    warnings.push(
      ...(target.caveats ?? []).map((caveat) => `the alias ${readers.alias} was set up by hand: ${caveat}`),
    );
  if (live === undefined) return warnings;
  await assertNoBlock(client, live, options);
  if (setting('cluster.routing.allocation.disk.threshold_enabled') === 'false') return warnings;
  const needed = copiesOfLive * (await primaryBytes(client, live, options));
  const low = 'cluster.routing.allocation.disk.watermark.low';
  const room = largestRoom(
    await dataNodeDisks(client, options),
    setting(low) ?? '85%',
    setting(`${low}.max_headroom`),
  );
  if (room.bytes < needed) {
    throw unhealthy(
      `a second copy of ${live} needs about ${megabytes(needed)}, the largest room below the low disk watermark is ` +
        `${megabytes(room.bytes)} (node ${room.node})`,
      'Free disk space, prune old generations or add a node, then run this again.',
    );
  }
  return warnings;
}

/** Names the indices that make the cluster red. */
async function lookAtRed(
  client: Client,
  live: GenerationName | undefined,
  options: RequestOptions,
): Promise<string[]> {
  const { status, indices } = await request('reading the cluster health', options, () =>
    client.cluster.health({
      timeout: '10s',
      level: 'indices',
      filter_path: ['status', 'indices.*.status'],
    }),
  );
  if (status !== 'red') return [];
  const red = Object.keys(indices ?? {}).filter((index) => indices![index]!.status === 'red');
  if (live !== undefined && red.includes(live)) {
    const unallocated = await unallocatedPrimary(client, live, options);
    throw unhealthy(
      `readers are on ${live}, which is red: ${unallocated?.cause ?? 'primary shards are missing'}`,
      'Bring the node back or change the rule that is named, then run this again. If its data are lost for good, delete it ' +
        `(DELETE /${live}): the rebuild then gives readers the new one, with nothing to compare it with.`,
    );
  }
  if (red.length === 0) return [];
  const causes = await Promise.all(
    red
      .slice(0, explainedIndices)
      .map(async (index) => (await unallocatedPrimary(client, index, options))?.cause ?? index),
  );
  const more = red.length - causes.length;
  return [
    `the cluster is red because of indices that readers of this read model are not on: ${causes.join('; ')}` +
      (more > 0 ? `; and ${more} more` : ''),
  ];
}

/** A block on the live index also means that the live feed is standing still; on a full disk a build would only add to it. */
async function assertNoBlock(client: Client, index: string, options: RequestOptions): Promise<void> {
  const answer = await request(`reading the blocks of ${index}`, options, () =>
    client.indices.getSettings({
      index,
      name: ['index.blocks.*', 'index.verified_before_close'],
      flat_settings: true,
    }),
  );
  const set = Object.entries((answer[index]?.settings ?? {}) as Record<string, unknown>)
    .filter(([, value]) => String(value) === 'true')
    .map(([key]) => key);
  // A closed index says so only by what it was closed with.
  if (set.includes('index.verified_before_close'))
    throw unhealthy(`${index} is closed, and readers are on it`, `Open it: POST /${index}/_open.`);
  const [first] = set;
  if (first === undefined) return;
  throw unhealthy(
    `${index}, which readers are on, has the block ${set.join(', ')}`,
    `Lift it: ${liftOf(first, index) ?? `PUT /${index}/_settings {"${first}":null}`}.`,
  );
}

async function dataNodeDisks(client: Client, options: RequestOptions): Promise<NodeDisk[]> {
  const { nodes } = await request('reading the disks of the nodes', options, () =>
    client.nodes.stats({ metric: 'fs', filter_path: ['nodes.*.name', 'nodes.*.roles', 'nodes.*.fs.total'] }),
  );
  return Object.values(nodes)
    .filter(
      ({ roles }) =>
        roles?.some((role) => role === 'data' || role === 'data_content' || role === 'data_hot') ?? true,
    )
    .map(({ name, fs }) => ({
      node: name ?? 'unnamed',
      total: fs?.total?.total_in_bytes ?? 0,
      available: fs?.total?.available_in_bytes ?? 0,
    }));
}

function unhealthy(problem: string, remedy: string): DependencyError {
  return new DependencyError(
    'elasticsearch',
    `Elasticsearch is not ready for a build: ${problem}. Nothing was changed. ${remedy}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
