import type { Projection } from '@reprise/read-model-projections';
import { defaultMaxLagMs, gatherFacts, topicNow, verdictOf, type Action } from '@reprise/read-model-status';
import { underLease } from '../lease/under-lease.ts';
import type { RebuildServers } from '../rebuild-options.ts';
import { prune, type PruneInput, type PruneResult } from './prune.ts';

/** What is kept unless somebody asks for something else: so many retired generations, and one on standby for so many hours. */
export const pruneDefaults = { keep: 1, standbyHours: 24 } as const;

/**
 * Prunes the generations of one read model under its lease.
 *
 * @returns what went and what stayed, and with `danger` the fastest safe step that brings readers to a complete generation
 * @throws RebuildError BUSY; DependencyError
 */
export async function pruneReadModel(
  projection: Projection,
  servers: RebuildServers,
  limits: Pick<PruneInput, 'keep' | 'standbyMs' | 'dryRun'>,
): Promise<{ readonly pruned: PruneResult; readonly next: Action | null }> {
  const { registry, store } = servers;
  const pruned = await underLease(registry, projection.name, (fence) =>
    prune({ projection: projection.name, registry, store, fence, ...limits }),
  );
  if (pruned.danger === null) return { pruned, next: null };
  const { facts } = await gatherFacts(projection, servers, await topicNow(servers));
  return { pruned, next: verdictOf(facts, { maxLagMs: defaultMaxLagMs }).next };
}
