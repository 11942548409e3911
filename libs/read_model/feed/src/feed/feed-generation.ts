import type { EventContract } from '@reprise/events';
import type { BlockedAggregates, BlockedScope, Generation, Positions } from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import type { OnceAside } from '../dead-letters/dead-letter.ts';
import type { PartitionBatch } from '../kafka/partition-batch.ts';
import type { DecodedBatch } from './decode-batch.ts';
import type { AggregateHistory } from '../event-store/aggregate-history.ts';
import { feedRepeatedly, type AttemptLimit, type FeedAttempt } from './feed-attempts.ts';
import { feedEvents } from './feed-events.ts';
import type { FedRegistry, FedStore } from './gathered-store.ts';
import { leftoversOf, undecodableBlockers } from './leftovers.ts';

/** A generation as the live feed holds it. */
export interface FedGeneration {
  readonly generation: Generation;
  readonly projection: Projection;
  readonly store: FedStore;
  readonly positions: Map<number, bigint>;
}

/** What a generation is fed with. */
export interface FeedServers {
  readonly registry: FedRegistry;
  readonly topicId: string;
  /** What the topic's events are. */
  readonly contract: EventContract;
  readonly history: AggregateHistory | undefined;
  readonly blocked: Pick<BlockedAggregates, 'at' | 'block' | 'park'>;
  /** How often an event that cannot be applied is tried before it is put aside. */
  readonly limit: AttemptLimit;
  /** Called with the canaries of a batch once the generation holds all of the batch, once for each canary and generation. */
  readonly onCanaries?: (passed: PassedCanaries) => void;
  /** Called with aggregates that are now blocked, after their dead letters are durable and before any position moves. */
  readonly onBlocked?: (blocked: readonly BlockedEvents[]) => Promise<void>;
}

/** Canaries that a generation was fed up to and beyond. */
export interface PassedCanaries {
  readonly generation: Generation;
  readonly partition: number;
  /** In the order of the log, at least one. */
  readonly canaries: readonly { readonly offset: bigint; readonly sentAt: string }[];
}

/** The input of feeding one batch, the same for every generation. */
export interface FeedWork {
  readonly batch: PartitionBatch;
  readonly decoded: DecodedBatch;
  readonly aside: OnceAside;
  readonly signal: AbortSignal | undefined;
}

/** An aggregate of a read model that is now blocked, and why. */
export interface BlockedEvents {
  readonly projection: string;
  readonly projectionVersion: number;
  readonly aggregateId: string;
  /** The version that could not be applied. */
  readonly version: number;
  readonly reason: string;
}

/**
 * Feeds one batch to one generation: applies what it can, retries the rest, puts aside what is left, and only then moves the
 * position.
 * @returns how many events were applied
 */
export async function feedGeneration(
  target: FedGeneration,
  work: FeedWork,
  servers: FeedServers,
): Promise<number> {
  const { batch } = work;
  const own = target.positions.get(batch.partition) ?? 0n;
  if (own >= batch.next) return 0;
  const next: Positions = new Map([[batch.partition, batch.next]]);
  const skipped = new Set<bigint>();
  let applied = 0;
  for (let round = 1; ; round++) {
    work.signal?.throwIfAborted();
    const fed = await feedOnce(target, work, { own, next, isFirst: round === 1, skipped }, servers);
    applied += fed.applied;
    // What was put aside is passed over, and the events after it are applied, as a rebuild does it.
    for (const offset of fed.passedOver) skipped.add(offset);
    if (fed.passedOver.length > 0) continue;
    // Someone released an aggregate while more of it was put aside: its events can be applied now.
    if (fed.released) continue;
    if (!fed.moved) await servers.registry.advancePositions(target.generation.uuid, next);
    target.positions.set(batch.partition, batch.next);
    showCanaries(target.generation, work, own, servers);
    return applied;
  }
}

function showCanaries(
  generation: Generation,
  { batch: { partition }, decoded }: FeedWork,
  own: bigint,
  { onCanaries }: FeedServers,
): void {
  const canaries = decoded.canaries
    .filter(({ record: { offset } }) => offset >= own)
    .map(({ record: { offset }, event: { time } }) => ({ offset, sentAt: time }));
  if (canaries.length > 0) onCanaries?.({ generation, partition, canaries });
}

interface Round {
  /** Where the generation stands, and where it stands after the batch. */
  readonly own: bigint;
  readonly next: Positions;
  readonly isFirst: boolean;
  /** Offsets of events that were put aside in earlier rounds. */
  readonly skipped: ReadonlySet<bigint>;
}

interface FedOnce {
  readonly applied: number;
  readonly moved: boolean;
  readonly released: boolean;
  /** Offsets of events that were put aside now and wait for nothing: the rest is to be fed without them. */
  readonly passedOver: readonly bigint[];
}

async function feedOnce(
  { generation, projection, store }: FedGeneration,
  { batch, decoded, aside, signal }: FeedWork,
  { own, next, isFirst: isFirstRound, skipped }: Round,
  servers: FeedServers,
): Promise<FedOnce> {
  const { name, uuid: generationUuid } = generation;
  const scope: BlockedScope = { topicId: servers.topicId, projection: projection.name };
  const events = decoded.events.filter(({ record: { offset } }) => offset >= own && !skipped.has(offset));
  const undecodable = decoded.letters.filter(({ offset }) => offset >= own);
  const waits = servers.contract.versions === 'sequence';
  const fresh = waits ? undecodableBlockers(undecodable) : [];
  // Afterwards only the registry knows what still blocks: one of these may have been released, or be one it cannot hold.
  const freshOf = new Map(isFirstRound ? fresh.map((one) => [`${one.version} ${one.aggregateId}`, one]) : []);
  let moved = false;
  const attempt: FeedAttempt = (given, isFirst) =>
    feedEvents(
      { store, name, projection },
      given,
      servers.history,
      async (documents, isWhole) => {
        // Positions may go with the documents only if nothing has to be put aside before they move.
        if (!store.writeWithPositions || !isFirst || !isWhole || undecodable.length > 0)
          return store.write(name, documents, signal);
        const move = { generationUuid, positions: next, ...(signal && { signal }) };
        const written = await store.writeWithPositions(name, documents, move);
        moved = written.rejected.length === 0;
        return written;
      },
      async (needed) => {
        const known = await servers.blocked.at(scope, needed);
        for (const { aggregateId, version } of needed) {
          const own = freshOf.get(`${version} ${aggregateId}`);
          if (own && !known.has(aggregateId)) known.set(aggregateId, own);
        }
        return known;
      },
    );
  const result = await feedRepeatedly(
    attempt,
    events.map(({ event }) => event),
    servers.limit,
    signal,
  );
  const origin = {
    projection: projection.name,
    generation: name,
    partition: batch.partition,
    attempts: result.attempts,
    waits,
  };
  const leftovers = leftoversOf(result, events, origin);
  const letters = [...undecodable, ...leftovers.letters];
  let released = false;
  if (letters.length > 0) {
    await aside.put(letters);
    await servers.blocked.block(scope, [...fresh, ...leftovers.blockers]);
    released = (await servers.blocked.park(scope, leftovers.parked)).length > 0;
  }
  const { version: projectionVersion } = projection;
  const blocked = [...fresh, ...leftovers.blockers].map(({ aggregateId, version, reason }) => ({
    ...{ projection: projection.name, projectionVersion },
    ...{ aggregateId, version, reason },
  }));
  if (blocked.length > 0) await servers.onBlocked?.(blocked);
  const passedOver = waits ? [] : leftovers.letters.map(({ offset }) => offset);
  return { applied: result.applied, moved, released, passedOver };
}
