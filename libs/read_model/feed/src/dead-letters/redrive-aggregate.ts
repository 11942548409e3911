import type { DomainEvent } from '@reprise/events';
import type { GenerationName, GenerationStore } from '@reprise/read-model-indices';
import { feedRepeatedly } from '../feed/feed-attempts.ts';
import { feedEvents } from '../feed/feed-events.ts';
import type { LetterModel, LetterServers } from './letter-servers.ts';

/** How far the events of one aggregate got in the generations of one read model. */
export interface AggregateProgress {
  readonly projection: string;
  /** Lowest version in any of the generations, before and after. */
  readonly before: number;
  readonly after: number;
  /** Why version `after + 1` could not be applied, if events of it or later were given. */
  readonly stopped?: { readonly reason: string; readonly message: string };
}

/**
 * Applies events of one aggregate to every generation of a read model, readers' last, under the version guard and through the
 * code of the live feed: missing predecessors are taken from the event store.
 */
export async function redriveAggregate(
  servers: Pick<LetterServers, 'history'>,
  { projection, store, generations }: LetterModel,
  events: readonly DomainEvent[],
  dryRun: boolean,
): Promise<AggregateProgress> {
  const aggregateId = events[0]?.subject ?? '';
  let before = Infinity;
  let after = Infinity;
  let stopped: AggregateProgress['stopped'];
  for (const { name } of generations) {
    const had = await versionOf(store, name, aggregateId);
    const nothing = () => Promise.resolve({ written: 0, stale: 0, rejected: [] });
    const result = await feedRepeatedly(
      (given) =>
        feedEvents({ store, name, projection }, given, servers.history, dryRun ? nothing : undefined),
      events,
      { attempts: 1, pause: () => Promise.resolve() },
    );
    const has = dryRun ? had + result.applied : await versionOf(store, name, aggregateId);
    before = Math.min(before, had);
    if (has >= after) continue;
    after = has;
    const [poison] = result.poison;
    const [gap] = result.gaps;
    const [refused] = result.refused;
    if (poison) stopped = { reason: 'not-applicable', message: poison.error.message };
    else if (refused) stopped = { reason: 'refused-by-store', message: refused.reason };
    else if (gap) {
      const why = gap.reason === undefined ? '' : `: ${gap.reason}`;
      stopped = { reason: 'version-gap', message: `version ${gap.expected} is missing${why}` };
    } else stopped = undefined;
  }
  if (generations.length === 0) return { projection: projection.name, before: 0, after: 0 };
  return { projection: projection.name, before, after, ...(stopped && { stopped }) };
}

async function versionOf(store: GenerationStore, name: GenerationName, id: string): Promise<number> {
  return (await store.read(name, [id])).get(id)?.version ?? 0;
}
