import { errors } from '@elastic/elasticsearch';
import {
  connectionFault,
  diagnosedFault,
  elasticsearchTarget,
  type ConnectionTarget,
} from '@reprise/runtime/connections';
import { DependencyError, dependencyFault } from '@reprise/read-model-indices';
import { limitNamed, remedyForBlock, remedyForLimit } from './blocks.ts';

/**
 * What an error of the client means to a caller:
 * `transient` may pass on its own (unreachable, overloaded, an answer that was lost or cut off) · `blocked` needs an operator
 * (read-only or closed index, full disk) · `limit` is one of the server's limits that its state has reached · `denied` needs other credentials or privileges · `absent` is a missing index or alias ·
 * `other` is anything else, a mistake in the request as a rule.
 */
export type Fault = 'transient' | 'blocked' | 'limit' | 'denied' | 'absent' | 'other';

/** Error object of a response or of a bulk item, as far as it is read here. */
export interface ServerError {
  readonly type?: string;
  readonly reason?: string;
  /** The index it is about, where it says so. */
  readonly index?: string;
  readonly caused_by?: { readonly reason?: string };
  readonly root_cause?: readonly { readonly type?: string; readonly reason?: string }[];
}

export function faultOf(error: unknown): Fault {
  if (error instanceof errors.ResponseError)
    return faultOfStatus(error.statusCode ?? 0, serverErrorOf(error));
  if (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError ||
    error instanceof errors.DeserializationError
  ) {
    return connectionFault(error, unknownNode)?.passes === false ? 'denied' : 'transient';
  }
  return 'other';
}

/** The same judgement for a status and error object, of a whole response or of one bulk item. */
export function faultOfStatus(status: number, error: ServerError | undefined): Fault {
  const type = error?.type ?? '';
  // A cluster that has just started, or looks for a master, blocks everything for a moment.
  if (type === 'cluster_block_exception' && status === 503) return 'transient';
  // The flood-stage block of a full disk answers 429 like an overload does, but lasts until somebody frees space.
  if (type === 'cluster_block_exception' || type === 'index_closed_exception') return 'blocked';
  if (type === 'too_many_buckets_exception' || isShardLimit(error)) return 'limit';
  if (status === 429 || status >= 500) return 'transient';
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'absent';
  return 'other';
}

/** The cluster holds as many shards as it may: nothing is wrong with the request, and it passes once there is room. */
function isShardLimit(error: ServerError | undefined): boolean {
  return (
    error?.type === 'validation_exception' && limitNamed(error.reason ?? '') === 'cluster.max_shards_per_node'
  );
}

export function serverErrorOf(error: unknown): ServerError | undefined {
  if (!(error instanceof errors.ResponseError)) return undefined;
  const inner: unknown = (error.body as { error?: unknown } | undefined)?.error;
  return typeof inner === 'object' && inner !== null ? (inner as ServerError) : undefined;
}

const unknownNode: ConnectionTarget = { dependency: 'elasticsearch', servers: ['ELASTICSEARCH_NODE'] };

/** Where the request went, without credentials. */
function targetOf(error: unknown): ConnectionTarget {
  if (!(error instanceof errors.ElasticsearchClientError)) return unknownNode;
  const { meta } = error as { meta?: { meta?: { connection?: { url?: unknown } | null } } };
  const origin = URL.parse(String(meta?.meta?.connection?.url))?.origin;
  return origin === undefined ? unknownNode : elasticsearchTarget(origin);
}

/** One line: the server's own type and reason where it gave one. */
export function describeError(error: unknown): string {
  const server = serverErrorOf(error);
  if (server !== undefined) return describeServerError(server);
  if (error instanceof errors.ResponseError) return `HTTP ${error.statusCode ?? 'without status'}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export function describeServerError({ type, reason, caused_by, root_cause }: ServerError): string {
  // A search only says of itself that its shards failed.
  const inner = caused_by?.reason ?? root_cause?.find((root) => root.type !== type)?.reason;
  const cause = inner === undefined ? '' : `: ${inner}`;
  return `${type ?? 'error'}: ${reason ?? 'no reason given'}${cause}`;
}

/**
 * What an operator does about a fault that does not pass on its own.
 *
 * @param reason what the server said; @param index the index it was about, where the reason does not name it
 */
export function remedyFor(fault: Fault, reason: string, index?: string): string {
  switch (fault) {
    case 'blocked':
      return remedyForBlock(reason, index);
    case 'limit':
      return remedyForLimit(reason);
    case 'denied':
      return 'Check the credentials and the privileges of the API key or user this process runs with.';
    case 'absent':
      return 'The index was deleted or its write alias removed; build a new generation.';
    default:
      return 'Check that the server is up and reachable, then run this again.';
  }
}

/** Turns an error of the client into the `DependencyError` to throw, unless it is a mistake of ours: then it stays what it is. */
export async function asDependencyError(doing: string, error: unknown): Promise<unknown> {
  const fault = faultOf(error);
  if (fault === 'other') return error;
  const reason = describeError(error);
  const target = targetOf(error);
  const ofConnection =
    fault === 'transient' || fault === 'denied'
      ? await diagnosedFault(error, target, `It failed while ${doing}.`)
      : undefined;
  if (ofConnection !== undefined) return dependencyFault('elasticsearch', ofConnection, error);
  return new DependencyError(
    'elasticsearch',
    `Elasticsearch at ${target.servers[0]} failed while ${doing}: ${reason}. ${remedyFor(fault, reason, serverErrorOf(error)?.index)}`,
    { cause: error, absent: fault === 'absent' },
  );
}
