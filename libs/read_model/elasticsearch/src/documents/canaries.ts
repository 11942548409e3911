import { errors, type Client } from '@elastic/elasticsearch';
import {
  DependencyError,
  GenerationConflict,
  type CanaryMark,
  type CanaryStore,
  type GenerationMeta,
  type GenerationName,
} from '@reprise/read-model-indices';
import { createIndex } from '../creation/create-index.ts';
import { writeAliasOf } from '../creation/index-definition.ts';
import { faultOf } from '../servers/faults.ts';
import { request, type RequestOptions } from '../servers/requests.ts';

interface StoredMark {
  readonly partition: number;
  readonly offset: string;
  readonly sentAt: string;
}

/**
 * The index of a generation's canaries. It has the generation's name before its own, so that the rights on generations cover it, and
 * is hidden: no alias of readers is on it, and no pattern matches it.
 */
export function canaryIndexOf(name: GenerationName): GenerationName {
  return `${name}_canary` as GenerationName;
}

/** Canaries of generations that are indices, each in an index beside it with the same refresh interval, made at the first of them. */
export function elasticsearchCanaries(
  client: Client,
  {
    refreshInterval,
    metaOf,
  }: { refreshInterval: string; metaOf: (name: GenerationName) => Promise<GenerationMeta | undefined> },
  options: RequestOptions,
): CanaryStore {
  const create = async (name: GenerationName): Promise<void> => {
    const meta = await metaOf(name);
    // Beside a generation that is gone nothing is made, and nothing measured.
    if (meta === undefined)
      throw new DependencyError('elasticsearch', `The index ${name} is gone, and its canaries with it.`, {
        absent: true,
      });
    const index = canaryIndexOf(name);
    // Whoever looks for generations by their meta must not take it for one.
    const own = { ...meta, projection: `${meta.projection} canaries` };
    try {
      await createIndex(
        client,
        { name: index, meta: own, definition: definitionOf(index, own, refreshInterval) },
        options,
      );
      // Only now, since the server would answer with a number of copies that nobody asked for.
      await request(`changing the settings of ${index}`, options, () =>
        client.indices.putSettings({ index, settings: { auto_expand_replicas: '0-1' } }),
      );
    } catch (error) {
      // Another consumer was first.
      if (!(error instanceof GenerationConflict)) throw error;
    }
  };

  const write = async (name: GenerationName, { partition, offset, sentAt }: CanaryMark): Promise<boolean> => {
    const document: StoredMark = { partition, offset: String(offset), sentAt };
    return request(`writing a canary of ${name}`, options, async () => {
      try {
        await client.index({
          index: writeAliasOf(canaryIndexOf(name)),
          require_alias: true,
          id: String(partition),
          version: Number(offset) + 1,
          version_type: 'external',
          document,
        });
      } catch (error) {
        // The same mark or a later one is there.
        if (error instanceof errors.ResponseError && error.statusCode === 409) return true;
        if (faultOf(error) === 'absent') return false;
        throw error;
      }
      return true;
    });
  };

  return {
    async write(name, mark) {
      if (await write(name, mark)) return;
      await create(name);
      await write(name, mark);
    },
    find: (name, partition) =>
      request(`reading a canary of ${name}`, options, async () => {
        try {
          const { _source } = await client.get<StoredMark>({
            index: canaryIndexOf(name),
            id: String(partition),
            realtime: true,
          });
          return _source && markOf(_source);
        } catch (error) {
          if (error instanceof errors.ResponseError && error.statusCode === 404) return undefined;
          throw error;
        }
      }),
    search: (name) =>
      request(`searching the canaries of ${name}`, options, async () => {
        const { hits } = await client.search<StoredMark>({
          index: canaryIndexOf(name),
          size: mostPartitions,
          query: { match_all: {} },
          track_total_hits: false,
          ignore_unavailable: true,
          allow_partial_search_results: true,
        });
        return hits.hits.flatMap(({ _source }) => (_source ? [markOf(_source)] : []));
      }),
  };
}

/** What one search may answer by default. */
const mostPartitions = 10_000;

function markOf({ partition, offset, sentAt }: StoredMark): CanaryMark {
  return { partition, offset: BigInt(offset), sentAt };
}

function definitionOf(index: GenerationName, meta: GenerationMeta, refreshInterval: string) {
  const stored = { type: 'keyword', index: false, doc_values: false } as const;
  return {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      auto_expand_replicas: 'false',
      refresh_interval: refreshInterval,
      hidden: true,
      default_pipeline: '_none',
      final_pipeline: '_none',
    },
    aliases: { [writeAliasOf(index)]: { is_write_index: true, is_hidden: true } },
    mappings: {
      dynamic: 'strict' as const,
      _meta: { ...meta },
      properties: {
        partition: { type: 'integer' as const },
        offset: stored,
        sentAt: { type: 'date' as const },
      },
    },
  };
}
