import type { Client } from '@elastic/elasticsearch';
import { DependencyError, type GenerationName } from '@reprise/read-model-indices';
import type { ServingSettings } from '../creation/index-definition.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

/**
 * Makes a built index fit to serve: everything written is searchable and flushed, it refreshes automatically, and its copies are
 * there. May be called again after a crash.
 *
 * @throws DependencyError when the copies are not active within the retry budget; the index is complete then, and unswitched
 */
export async function startServing(
  client: Client,
  name: GenerationName,
  { refreshInterval, replicas: wanted }: ServingSettings,
  options: RequestOptions,
): Promise<void> {
  const replicas = wanted ?? (await affordableReplicas(client, options));
  await request(`refreshing ${name}`, options, () => client.indices.refresh({ index: name }));
  await request(`flushing ${name}`, options, () => client.indices.flush({ index: name }));
  await request(`changing the settings of ${name}`, options, () =>
    client.indices.putSettings({
      index: name,
      settings: { refresh_interval: refreshInterval, number_of_replicas: replicas },
    }),
  );
  // By a clock that nobody sets: it would end the wait at once, or an hour later.
  const deadline = performance.now() + options.retryBudgetMs;
  for (;;) {
    const health = await request(`waiting for the shards of ${name}`, options, () =>
      client.cluster.health({ index: name, wait_for_active_shards: 'all', timeout: '5s' }, { ignore: [408] }),
    );
    if (!health.timed_out) return;
    if (performance.now() > deadline) {
      throw new DependencyError(
        'elasticsearch',
        `The copies of ${name} are not active (${health.active_shards} shards are, ${health.unassigned_shards} are not assigned). ` +
          'The index is complete and readers were not moved. See GET _cluster/allocation/explain, or configure fewer replicas, ' +
          'then promote it.',
      );
    }
  }
}

/** One copy where a second data node can hold it. */
async function affordableReplicas(client: Client, options: RequestOptions): Promise<number> {
  const { number_of_data_nodes: nodes } = await request('counting the data nodes', options, () =>
    client.cluster.health(),
  );
  return nodes > 1 ? 1 : 0;
}
