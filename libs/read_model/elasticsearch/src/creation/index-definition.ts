import type { estypes } from '@elastic/elasticsearch';
import type { ElasticsearchStorage } from '@reprise/read-model-documents';
import type { GenerationMeta, GenerationName } from '@reprise/read-model-indices';

/**
 * Object the store adds to every document: its digest, and what has become of it. Read back by aggregation and with the document;
 * readers leave out documents that have a tombstone.
 */
export const ownField = 'reprise';

/** How an index serves once its build has ended. */
export interface ServingSettings {
  /** Time until a write is searchable, in Elasticsearch's notation ("1s"). Set explicitly: the server's default sleeps when idle. */
  readonly refreshInterval: string;
  /** Copies beside the primary; undefined = one where the cluster has a second data node, else none. */
  readonly replicas: number | undefined;
}

/**
 * Name every write to a generation goes through: an alias of that one index, used with `require_alias`. It dies with the
 * index, so a write after the index was deleted is refused, where a write to the index's own name would create a new index
 * with a guessed mapping on every server that allows automatic creation (the default).
 */
export function writeAliasOf(name: GenerationName): string {
  return `${name}_write`;
}

/** The server's own values, asked for by name so that no template of its operator can change them. */
const pinnedSettings = {
  auto_expand_replicas: 'false',
  default_pipeline: '_none',
  final_pipeline: '_none',
  hidden: false,
  // Positions are saved once a write was acknowledged, so an acknowledged write has to be on the disk.
  translog: { durability: 'request' },
} as const;

/** @throws TypeError when the projection's own fields would collide with the store's */
export function assertStorable(storage: ElasticsearchStorage): void {
  if (ownField in storage.properties) {
    throw new TypeError(`the field "${ownField}" is reserved by the store; rename the projection's field`);
  }
}

/** Body of the create call: strict mapping, meta, and settings for a build (nothing refreshed, nothing copied). */
export function indexDefinition(
  name: GenerationName,
  storage: ElasticsearchStorage,
  meta: GenerationMeta,
  shards: number,
): Omit<estypes.IndicesCreateRequest, 'index'> {
  const docValuesOnly = (type: 'integer' | 'long') => ({ type, index: false }) as const;
  return {
    settings: { number_of_shards: shards, number_of_replicas: 0, refresh_interval: '-1', ...pinnedSettings },
    aliases: { [writeAliasOf(name)]: { is_write_index: true } },
    mappings: {
      dynamic: 'strict',
      _meta: { ...meta },
      properties: {
        ...(storage.properties as Record<string, estypes.MappingProperty>),
        [ownField]: {
          properties: {
            bucket: docValuesOnly('integer'),
            high: docValuesOnly('long'),
            low: docValuesOnly('long'),
            tombstone: { type: 'keyword' },
          },
        },
      },
    },
  };
}

/** Reads a generation's meta out of `mappings._meta`; undefined when the index was not made by this store. */
export function metaFromMapping(meta: unknown): GenerationMeta | undefined {
  if (typeof meta !== 'object' || meta === null) return undefined;
  const { uuid, projection, projectionVersion, fingerprint } = meta as Record<string, unknown>;
  if (typeof uuid !== 'string' || typeof projection !== 'string') return undefined;
  if (typeof projectionVersion !== 'number' || typeof fingerprint !== 'string') return undefined;
  return { uuid, projection, projectionVersion, fingerprint };
}
