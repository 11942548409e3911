import { errors, type Client, type estypes } from '@elastic/elasticsearch';
import { request, type RequestOptions } from '../servers/requests.ts';

/** A primary shard that is on no node. */
export interface Unallocated {
  /** It has never been on one, so the index has never held anything. */
  readonly never: boolean;
  /** The cluster has decided: it stays so until somebody changes something. */
  readonly final: boolean;
  /** Why, in the words of the server's own explanation. */
  readonly cause: string;
}

const listedReasons = 3;

/** The first primary shard of an index that is on no node, with the reason; undefined when there is none. */
export async function unallocatedPrimary(
  client: Client,
  index: string,
  options: RequestOptions,
): Promise<Unallocated | undefined> {
  const { indices } = await request(`reading the shards of ${index}`, options, () =>
    client.cluster.health({ index, level: 'shards', timeout: '1s' }, { ignore: [404, 408] }),
  );
  const shards = Object.entries(indices?.[index]?.shards ?? {});
  const shard = shards.find(([, { primary_active }]) => !primary_active)?.[0];
  if (shard === undefined) return undefined;
  const explained = await request(
    `asking why shard ${shard} of ${index} is on no node`,
    options,
    async () => {
      try {
        return await client.cluster.allocationExplain({ index, shard: Number(shard), primary: true });
      } catch (error) {
        // It was allocated, or its index deleted, while it was being asked about.
        if (error instanceof errors.ResponseError && [400, 404].includes(error.statusCode ?? 0))
          return undefined;
        throw error;
      }
    },
  );
  if (explained === undefined || explained.current_state !== 'unassigned') return undefined;
  return {
    never: explained.unassigned_info?.reason === 'INDEX_CREATED',
    final: explained.can_allocate === 'no' || explained.can_allocate === 'no_valid_shard_copy',
    cause: `shard ${shard} of ${index} is not allocated to any node (${reasonsOf(explained)})`,
  };
}

function reasonsOf(explained: estypes.ClusterAllocationExplainResponse): string {
  const {
    node_allocation_decisions: nodes = [],
    unassigned_info: info,
    allocate_explanation: summary,
  } = explained;
  const reasons = nodes.flatMap(({ node_name, deciders = [] }) =>
    deciders
      .filter(({ decision }) => decision === 'NO')
      .map(({ decider, explanation }) => `node ${node_name}: ${decider}: ${explanation}`),
  );
  if (reasons.length === 0) return [info?.reason, summary].filter((text) => text !== undefined).join(': ');
  const more = reasons.length - listedReasons;
  return reasons.slice(0, listedReasons).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
