import type { Client } from '@elastic/elasticsearch';
import { DependencyError } from '../errors.ts';
import { primaryBytes } from './content.ts';
import { largestRoom, type NodeDisk } from './disk-room.ts';
import { observeAlias, type ReadersAlias } from './readers.ts';
import { request, type RequestOptions } from './requests.ts';

/** A build needs the new index, and segments being merged into larger ones beside the ones they replace. */
const copiesOfLive = 2;

/**
 * Checks that a generation can be built: the cluster is not red, nothing blocks writes, and the largest node has room for a
 * second copy of what serves now. Reads only.
 *
 * @throws DependencyError saying what is wrong and what to do about it
 */
export async function assertAbleToBuild(
  client: Client,
  readers: ReadersAlias,
  options: RequestOptions,
): Promise<void> {
  const health = await request('reading the cluster health', options, () =>
    client.cluster.health({ timeout: '10s' }),
  );
  if (health.status === 'red') {
    throw unhealthy(
      'the cluster is red: primary shards are missing',
      'See GET _cluster/allocation/explain, bring the missing node back or restore the index, then run this again.',
    );
  }
  const settings = await request('reading the cluster settings', options, () =>
    client.cluster.getSettings({ include_defaults: true, flat_settings: true }),
  );
  const setting = (key: string): string | undefined => {
    const value: unknown = settings.transient[key] ?? settings.persistent[key] ?? settings.defaults?.[key];
    return typeof value === 'string' ? value : undefined;
  };
  for (const key of ['cluster.blocks.read_only', 'cluster.blocks.read_only_allow_delete']) {
    if (setting(key) === 'true') {
      throw unhealthy(`${key} is set`, `Lift it: PUT _cluster/settings {"persistent":{"${key}":null}}.`);
    }
  }
  const target = await observeAlias(client, readers, options);
  if (target.kind !== 'generation') return;
  await assertNoWriteBlock(client, target.name, options);
  if (setting('cluster.routing.allocation.disk.threshold_enabled') === 'false') return;
  const needed = copiesOfLive * (await primaryBytes(client, target.name, options));
  const low = 'cluster.routing.allocation.disk.watermark.low';
  const room = largestRoom(
    await dataNodeDisks(client, options),
    setting(low) ?? '85%',
    setting(`${low}.max_headroom`),
  );
  if (room.bytes < needed) {
    throw unhealthy(
      `a second copy of ${target.name} needs about ${megabytes(needed)}, the largest room below the low disk watermark is ` +
        `${megabytes(room.bytes)} (node ${room.node})`,
      'Free disk space, prune old generations or add a node, then run this again.',
    );
  }
}

/** A block on the live index also means that the live feed is standing still; on a full disk a build would only add to it. */
async function assertNoWriteBlock(client: Client, index: string, options: RequestOptions): Promise<void> {
  const answer = await request(`reading the blocks of ${index}`, options, () =>
    client.indices.getSettings({ index, name: 'index.blocks.*', flat_settings: true }),
  );
  const blocks = Object.entries((answer[index]?.settings ?? {}) as Record<string, unknown>)
    .filter(([, value]) => String(value) === 'true')
    .map(([key]) => key);
  if (blocks.length === 0) return;
  throw unhealthy(
    `writes to ${index} are blocked (${blocks.join(', ')})`,
    `Free disk space if it was full, then lift the block: PUT ${index}/_settings {"${blocks[0]}":null}.`,
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
    `Elasticsearch cannot take a build: ${problem}. Nothing was changed. ${remedy}`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MB`;
}
