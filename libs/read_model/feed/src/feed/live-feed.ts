import type { DomainEvent } from '@reprise/events';
import {
  assertSameLog,
  DependencyError,
  enterGone,
  fedStates,
  fingerprintOf,
  isSameLog,
  type Attachment,
  type Generation,
  type GoneServers,
  type LogNow,
  type Positions,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { NotPutAside, OnceAside, type DeadLetter } from '../dead-letters/dead-letter.ts';
import { gathered, gatheredRegistry, type FedRegistry, type FedStore } from './gathered-store.ts';
import { feedGeneration, type FedGeneration, type FeedServers, type FeedWork } from './feed-generation.ts';
import type { PartitionBatch } from '../kafka/partition-batch.ts';
import { decodeBatch } from './decode-batch.ts';

export interface LiveFeedServers extends FeedServers {
  readonly registry: FedRegistry & GoneServers['registry'];
  readonly models: readonly {
    readonly projection: Projection;
    readonly store: FedStore & GoneServers['store'];
  }[];
  /**
   * Asks Kafka for the log as it is now. Needed where versions are positions: every batch is checked to have been fetched from the
   * log that the generations are of.
   */
  readonly logNow?: () => Promise<LogNow>;
  /** Resolves when the letters are durable. */
  readonly putAside: (letters: readonly DeadLetter[]) => Promise<void>;
  /**
   * Called when a generation nobody reads could not be fed and stays where it is for a while. The generation readers use gets
   * nothing new before this resolves, so that the attachment can be withdrawn.
   */
  readonly onSuspended: (generation: Generation, error: unknown) => Promise<void> | void;
  /**
   * Called when the index or table of a generation is gone, read or not. It is no longer fed, but the others are. As long as
   * nothing else of the read model is there it keeps its state, and this is called again each time that shows.
   */
  readonly onGone: (generation: Generation, error: unknown) => Promise<void> | void;
}

/** Feeds decoded events, and may put something around it. The events are gathered when they are asked for. */
export type AroundFeed = <T>(events: () => readonly DomainEvent[], feed: () => Promise<T>) => Promise<T>;

/** The same servers, with what the partitions of one fetch ask of them gathered. */
interface GatheredServers extends Omit<LiveFeedServers, 'registry' | 'models'> {
  readonly registry: FedRegistry;
  readonly models: readonly { readonly projection: Projection; readonly store: FedStore }[];
}

const suspensionMs = 10_000;

export type BatchOutcome =
  | { readonly outcome: 'fed'; readonly applied: number }
  /** Some generation needs records from before this batch: resume reading there. */
  | { readonly outcome: 'read-from'; readonly position: bigint };

/**
 * Feeds every VERIFIED, LIVE and STANDBY generation of this release's fingerprints, each from its own positions. The consumer
 * group has no part in it: a generation that joins behind the others makes the feed reread the log from its position, and the
 * version guard makes that a no-op for the others.
 *
 * A batch goes to the generation readers use last, so that whatever they see is in the others already: that is what lets a
 * cutover happen at any moment.
 */
export class LiveFeed {
  /** Asked by the partitions of one fetch together. */
  readonly #servers: GatheredServers;
  /** Asked about one generation at a time. */
  readonly #given: LiveFeedServers;
  #fed: FedGeneration[] = [];
  /** By uuid, until when. */
  readonly #suspended = new Map<string, number>();
  readonly #inFlight = new Set<Promise<unknown>>();
  #refreshing: Promise<unknown> = Promise.resolve();

  constructor(servers: LiveFeedServers) {
    if (servers.contract.versions === 'position' && servers.logNow === undefined)
      throw new TypeError('a feed of events ordered by position has to be able to ask for the log (logNow)');
    const models = servers.models.map(({ projection, store }) => ({ projection, store: gathered(store) }));
    this.#given = servers;
    this.#servers = { ...servers, models, registry: gatheredRegistry(servers.registry) };
  }

  /** What is fed now, with the next offset of each partition, as this process knows it. */
  get fed(): readonly { readonly generation: Generation; readonly positions: Positions }[] {
    return this.#fed;
  }

  /** Generations currently fed, the one readers use last. */
  get generations(): readonly Generation[] {
    return this.#fed.map(({ generation }) => generation);
  }

  /**
   * Picks up the generations the registry lists now and drops the others. Resolves when no batch is running any more that
   * began without the new ones: only then may the attachment be announced. Calls take turns: an older view of the
   * registry must not replace a newer one.
   *
   * @returns what may be announced
   * @throws BuiltFromAnotherLog when versions are positions and readers are on a generation of another log than the one there is now
   */
  refresh(): Promise<readonly Generation[]> {
    const refreshed = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = refreshed.catch(() => undefined);
    return refreshed;
  }

  async #refresh(): Promise<readonly Generation[]> {
    const fed: FedGeneration[] = [];
    const now = await this.#logNow();
    for (const { projection, store } of this.#servers.models) {
      if (now) await this.#assertReadersSameLog(projection, now);
      const fingerprint = fingerprintOf(projection, this.#servers.topicId);
      for (const generation of await this.#servers.registry.listGenerations({
        projection: projection.name,
        states: fedStates,
        fingerprint,
      })) {
        if (now && !isSameLog(generation, projection, now)) continue;
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

  /** Reloads the positions of partitions that another process may have fed meanwhile. */
  async reload(partitions: readonly number[]): Promise<void> {
    for (const { generation, positions } of this.#fed) {
      const saved = await this.#servers.registry.positions(generation.uuid);
      for (const partition of partitions) positions.set(partition, saved.get(partition) ?? 0n);
    }
  }

  /** Where reading a partition has to resume for the generation that is furthest behind; undefined when none is fed. */
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
   * @param around called with the decoded events, of a batch that is fed
   * @throws DependencyError while a store or the database is out of reach; NotPutAside; BuiltFromAnotherLog; the signal's reason
   */
  async feed(
    batch: PartitionBatch,
    signal?: AbortSignal,
    around: AroundFeed = (_, feed) => feed(),
  ): Promise<BatchOutcome> {
    const feeding = this.#feed(batch, signal, around);
    this.#inFlight.add(feeding);
    try {
      return await feeding;
    } finally {
      this.#inFlight.delete(feeding);
    }
  }

  async #feed(
    batch: PartitionBatch,
    signal: AbortSignal | undefined,
    around: AroundFeed,
  ): Promise<BatchOutcome> {
    const fed = this.#fed;
    const position = this.positionOf(batch.partition);
    if (position === undefined || position < batch.from)
      return { outcome: 'read-from', position: position ?? batch.from };
    // After the batch was fetched: nothing of it was written to another log, or under another number of partitions, then.
    const now = await this.#logNow();
    if (now) for (const { generation, projection } of fed) assertSameLog(generation, projection, now);
    const work: FeedWork = {
      batch,
      decoded: decodeBatch(batch, this.#servers.contract, this.#servers.limit.attempts),
      aside: new OnceAside(this.#servers.putAside),
      signal,
    };
    const events = () => work.decoded.events.map(({ event }) => event);
    return around(events, async () => ({ outcome: 'fed', applied: await this.#feedAll(fed, work) }));
  }

  /** Projections are independent; all must be done before this returns, also when one fails. */
  async #feedAll(fed: readonly FedGeneration[], work: FeedWork): Promise<number> {
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
    return applied;
  }

  /** Feeds the generations of one projection, the one readers use last. */
  async #feedInTurn(targets: readonly FedGeneration[], work: FeedWork, isAlone: boolean): Promise<number> {
    let applied = 0;
    for (const target of targets) {
      try {
        applied += await feedGeneration(target, work, this.#servers);
      } catch (error) {
        if (await this.#isGone(target, error)) continue;
        const isVital = isAlone || target.generation.state === 'LIVE';
        if (isVital || error instanceof NotPutAside || work.signal?.aborted) throw error;
        await this.#suspend(target, error);
      }
    }
    return applied;
  }

  /** Lets go of a generation whose index or table is gone; false when that is not what went wrong. */
  async #isGone({ generation, projection }: FedGeneration, error: unknown): Promise<boolean> {
    if (!(error instanceof DependencyError && error.absent)) return false;
    const { registry, models } = this.#given;
    const { store } = models.find((model) => model.projection === projection)!;
    const found = await enterGone({ registry, store }, generation);
    if (found === 'there') return false;
    this.#letGoOf(generation);
    await this.#servers.onGone(generation, error);
    return true;
  }

  /** A generation nobody reads must not hold up the one that is read: it is dropped, and picked up again later where it stands. */
  async #suspend({ generation }: FedGeneration, error: unknown): Promise<void> {
    this.#letGoOf(generation);
    await this.#servers.onSuspended(generation, error);
  }

  /** Until the registry is looked at after a while; it may list it no more then. */
  #letGoOf({ uuid }: Generation): void {
    this.#fed = this.#fed.filter((held) => held.generation.uuid !== uuid);
    this.#suspended.set(uuid, performance.now() + suspensionMs);
  }

  /** The log as it is now; undefined where versions are counted, because it does not matter there. */
  async #logNow(): Promise<LogNow | undefined> {
    return this.#given.contract.versions === 'position' ? this.#given.logNow?.() : undefined;
  }

  /** What readers see would stand still, and look well, if their generation were only left out. */
  async #assertReadersSameLog(projection: Projection, now: LogNow): Promise<void> {
    const { name } = projection;
    const live = await this.#servers.registry.listGenerations({ projection: name, states: ['LIVE'] });
    for (const generation of live)
      if (generation.fingerprint === fingerprintOf(projection, generation.topicId))
        assertSameLog(generation, projection, now);
  }
}

/** Readers' generation last. */
function rank({ generation }: FedGeneration): number {
  return generation.state === 'LIVE' ? 1 : 0;
}
