import { isServerFault, NothingFed } from './errors.ts';
import { repairAggregate, type RepairedDocument, type RepairServers } from './repair-aggregate.ts';
import type { RepairQueue } from './repair-queue.ts';
import type { RepairKey } from './repair-task.ts';
import { workOffRepairs } from './work-off.ts';

export interface OnDemandServers extends RepairServers {
  readonly queue: RepairQueue;
}

/** What the repair of named aggregates came to. */
export interface NamedRepairs {
  readonly documents: readonly (RepairedDocument & { readonly aggregateId: string })[];
  readonly failures: readonly { readonly aggregateId: string; readonly error: unknown }[];
  /** Ids that have neither events nor a document. */
  readonly unknown: readonly string[];
}

/**
 * Repairs these aggregates now, one after the other, and settles what the queue held about those that are right then. One that
 * fails stops none of the others.
 *
 * @throws NothingFed; DependencyError; the signal's reason. What was repaired by then stays repaired.
 */
export async function repairNamed(
  servers: OnDemandServers,
  aggregateIds: readonly string[],
  signal: AbortSignal,
): Promise<NamedRepairs> {
  const { queue, projection } = servers;
  const begun = await queue.now();
  const documents: NamedRepairs['documents'][number][] = [];
  const failures: NamedRepairs['failures'][number][] = [];
  const repaired: RepairKey[] = [];
  const unknown: string[] = [];
  for (const aggregateId of aggregateIds) {
    try {
      const found = await repairAggregate(servers, aggregateId, signal);
      if (found.length === 0) throw new NothingFed(projection);
      if (found.every(({ fault, to }) => fault === undefined && to === null)) {
        unknown.push(aggregateId);
        continue;
      }
      documents.push(...found.map((document) => ({ aggregateId, ...document })));
      repaired.push({ projection: projection.name, projectionVersion: projection.version, aggregateId });
    } catch (error) {
      if (signal.aborted || isServerFault(error) || error instanceof NothingFed) throw error;
      failures.push({ aggregateId, error });
    }
  }
  await queue.settle(repaired, begun);
  return { documents, failures, unknown };
}

/** What draining the queue of one projection came to: what is left is what failed, and what was asked for meanwhile. */
export interface DrainedQueue {
  readonly repaired: number;
  readonly failures: readonly { readonly aggregateId: string; readonly error: string }[];
  readonly left: { readonly open: number; readonly failed: number };
}

/** Does every repair in the queue of one projection, as `workOffRepairs` does, and says what is left there. */
export async function drainQueue(
  servers: OnDemandServers,
  holder: string,
  signal: AbortSignal,
): Promise<DrainedQueue> {
  const { queue, projection } = servers;
  const { repaired, failures } = await workOffRepairs(
    {
      queue,
      repair: ({ aggregateId }, ending) => repairAggregate(servers, aggregateId, ending),
      projections: [projection],
      holder,
    },
    signal,
  );
  const { open, failed } = await queue.counts([projection.name]);
  return {
    repaired,
    failures: failures.map(({ aggregateId, error }) => ({ aggregateId, error })),
    left: { open, failed },
  };
}
