import {
  fingerprintOf,
  type Attachment,
  type Generation,
  type GenerationStore,
  type Positions,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { feedEvents, type AggregateHistory } from './feed-events.ts';
import {
  decodeBatch,
  lettersOf,
  NotPutAside,
  OnceAside,
  type DeadLetter,
  type DecodedBatch,
  type PartitionBatch,
} from './partition-batch.ts';

export interface LiveFeedServers {
  readonly registry: Pick<Registry, 'listGenerations' | 'positions' | 'advancePositions'>;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly topicId: string;
  readonly history: AggregateHistory | undefined;
  /** Resolves when the letters are durable. */
  readonly putAside: (letters: readonly DeadLetter[]) => Promise<void>;
  /**
   * Told when a generation nobody reads could not be fed and is left where it stands for a while. The generation readers use
   * gets nothing new before this resolves, so that the attachment can be withdrawn.
   */
  readonly onSuspended: (generation: Generation, error: unknown) => Promise<void> | void;
}

const suspensionMs = 10_000;

interface FedGeneration {
  readonly generation: Generation;
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly positions: Map<number, bigint>;
}

/** What feeding one batch is about, the same for every generation. */
interface FeedWork {
  readonly batch: PartitionBatch;
  readonly decoded: DecodedBatch;
  readonly aside: OnceAside;
  readonly signal: AbortSignal | undefined;
}

export type BatchOutcome =
  | { readonly outcome: 'fed'; readonly applied: number }
  /** Some generation needs records from before this batch: read on from there. */
  | { readonly outcome: 'read-from'; readonly position: bigint };

/**
 * Feeds every VERIFIED, LIVE and STANDBY generation of this release's fingerprints, each from its own positions. The consumer
 * group has no part in it: a generation that joins behind the others makes the log be read again from its position, and the
 * version guard makes that a no-op for the others.
 *
 * A batch goes to the generation readers use last, so that whatever they see is in the others already: that is what lets a
 * cutover happen at any moment.
 */
export class LiveFeed {
  readonly #servers: LiveFeedServers;
  #fed: FedGeneration[] = [];
  /** By uuid, until when. */
  readonly #suspended = new Map<string, number>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(servers: LiveFeedServers) {
    this.#servers = servers;
  }

  /** Generations that are fed now, the one readers use last. */
  get generations(): readonly Generation[] {
    return this.#fed.map(({ generation }) => generation);
  }

  /**
   * Takes on the generations the registry lists now and lets go of the others. Resolves when no batch is under way any more
   * that began without the new ones: only then may the attachment be announced. Calls take turns: an older view of the
   * registry must not replace a newer one.
   *
   * @returns what may be announced
   */
  refresh(): Promise<readonly Generation[]> {
    const refreshed = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #refresh(): Promise<readonly Generation[]> {
    const fed: FedGeneration[] = [];
    for (const { projection, store } of this.#servers.models) {
      const fingerprint = this.#fingerprintOf(projection);
      const states = ['VERIFIED', 'LIVE', 'STANDBY'] as const;
      for (const generation of await this.#servers.registry.listGenerations({
        projection: projection.name,
        states,
        fingerprint,
      })) {
        if ((this.#suspended.get(generation.uuid) ?? 0) > performance.now()) continue;
        const known = this.#fed.find((held) => held.generation.uuid === generation.uuid);
        const positions = known?.positions ?? (await this.#servers.registry.positions(generation.uuid));
        fed.push({ generation, projection, store, positions });
      }
    }
    this.#fed = fed.sort((a, b) => rank(a) - rank(b));
    await Promise.allSettled([...this.#inFlight]);
    return fed.map(({ generation }) => generation);
  }

  /** Reads the positions of partitions anew that another process may have fed meanwhile. */
  async reload(partitions: readonly number[]): Promise<void> {
    for (const { generation, positions } of this.#fed) {
      const saved = await this.#servers.registry.positions(generation.uuid);
      for (const partition of partitions) positions.set(partition, saved.get(partition) ?? 0n);
    }
  }

  /** Where reading a partition has to go on for the generation that is furthest behind; undefined when none is fed. */
  positionOf(partition: number): bigint | undefined {
    let lowest: bigint | undefined;
    for (const { positions } of this.#fed) {
      const position = positions.get(partition) ?? 0n;
      if (lowest === undefined || position < lowest) lowest = position;
    }
    return lowest;
  }

  /** What this process feeds, for the registry. */
  attachments(partitions: readonly number[]): Attachment[] {
    return this.#fed.map(({ generation }) => ({ generation: generation.uuid, partitions }));
  }

  /**
   * Feeds one batch. Positions move when every document is acknowledged and every dead letter durable; if this throws they
   * have not moved for the generation that failed, and the same batch can be given again.
   * @param signal ends writes that are being retried, when the batch is not wanted any longer
   * @throws DependencyError while a store or the database is out of reach; NotPutAside; the signal's reason
   */
  async feed(batch: PartitionBatch, signal?: AbortSignal): Promise<BatchOutcome> {
    const feeding = this.#feed(batch, signal);
    this.#inFlight.add(feeding);
    try {
      return await feeding;
    } finally {
      this.#inFlight.delete(feeding);
    }
  }

  async #feed(batch: PartitionBatch, signal: AbortSignal | undefined): Promise<BatchOutcome> {
    const fed = this.#fed;
    const position = this.positionOf(batch.partition);
    if (position === undefined || position < batch.from)
      return { outcome: 'read-from', position: position ?? batch.from };
    const work: FeedWork = {
      batch,
      decoded: decodeBatch(batch),
      aside: new OnceAside(this.#servers.putAside),
      signal,
    };
    // Projections have nothing to do with each other; all must be done before this returns, also when one fails.
    const results = await Promise.allSettled(
      [...Map.groupBy(fed, ({ projection }) => projection.name).values()].map((targets) =>
        this.#feedInTurn(targets, work, fed.length === 1),
      ),
    );
    let applied = 0;
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
      applied += result.value;
    }
    return { outcome: 'fed', applied };
  }

  /** Feeds the generations of one projection, the one readers use last. */
  async #feedInTurn(targets: readonly FedGeneration[], work: FeedWork, isAlone: boolean): Promise<number> {
    let applied = 0;
    for (const target of targets) {
      try {
        applied += await this.#feedOne(target, work);
      } catch (error) {
        const isVital = isAlone || target.generation.state === 'LIVE';
        if (isVital || error instanceof NotPutAside || work.signal?.aborted) throw error;
        await this.#suspend(target, error);
      }
    }
    return applied;
  }

  /** A generation nobody reads must not hold up the one that is read: it is let go of, and taken on again later where it stands. */
  async #suspend({ generation }: FedGeneration, error: unknown): Promise<void> {
    this.#fed = this.#fed.filter((held) => held.generation.uuid !== generation.uuid);
    this.#suspended.set(generation.uuid, performance.now() + suspensionMs);
    await this.#servers.onSuspended(generation, error);
  }

  async #feedOne(target: FedGeneration, { batch, decoded, aside, signal }: FeedWork): Promise<number> {
    const { generation, projection, store, positions } = target;
    const { name, uuid: generationUuid } = generation;
    const own = positions.get(batch.partition) ?? 0n;
    if (own >= batch.next) return 0;
    const events = decoded.events.filter(({ record }) => record.offset >= own);
    const letters = decoded.letters.filter(({ offset }) => offset >= own);
    const next: Positions = new Map([[batch.partition, batch.next]]);
    let moved = false;
    const result = await feedEvents(
      { store, name, projection },
      events.map(({ event }) => event),
      this.#servers.history,
      async (documents, isWhole) => {
        // Positions may go with the documents only if nothing has to be put aside before they move.
        if (!store.writeWithPositions || !isWhole || letters.length > 0)
          return store.write(name, documents, signal);
        const move = { generationUuid, positions: next, ...(signal && { signal }) };
        const written = await store.writeWithPositions(name, documents, move);
        moved = written.rejected.length === 0;
        return written;
      },
    );
    letters.push(...lettersOf(result, events, name, batch.partition));
    if (letters.length > 0) await aside.put(letters);
    if (!moved) await this.#servers.registry.advancePositions(generationUuid, next);
    positions.set(batch.partition, batch.next);
    return result.applied;
  }

  #fingerprintOf({ storage, version }: Projection): string {
    return fingerprintOf({ storage, projectionVersion: version, topicId: this.#servers.topicId });
  }
}

/** Readers' generation last. */
function rank({ generation }: FedGeneration): number {
  return generation.state === 'LIVE' ? 1 : 0;
}
