import { decodeEvent, type ProductEvent } from '@reprise/events';
import {
  fingerprintOf,
  type Attachment,
  type Generation,
  type GenerationStore,
  type Positions,
  type Registry,
} from '@reprise/read-model-indices';
import type { Projection } from '@reprise/read-model-projections';
import { feedEvents, type AggregateHistory, type FeedResult } from './feed-events.ts';

/** Records of one partition as they were fetched: all there are from `from` up to `next`, holes and markers left out. */
export interface PartitionBatch {
  readonly partition: number;
  /** Offset the fetch asked for. */
  readonly from: bigint;
  readonly next: bigint;
  readonly records: readonly PartitionRecord[];
}

export interface PartitionRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** An event no generation can take, and why. It must be put aside for good before the position moves on. */
export interface DeadLetter {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly reason: string;
  readonly message: string;
}

export interface LiveFeedServers {
  readonly registry: Registry;
  readonly models: readonly { readonly projection: Projection; readonly store: GenerationStore }[];
  readonly topicId: string;
  readonly history: AggregateHistory | undefined;
  /** Resolves when the letters are durable. */
  readonly putAside: (letters: readonly DeadLetter[]) => Promise<void>;
  /** Told when a generation nobody reads could not be fed and is left where it stands for a while. */
  readonly onSuspended: (generation: Generation, error: unknown) => void;
}

const suspensionMs = 10_000;

interface FedGeneration {
  readonly generation: Generation;
  readonly projection: Projection;
  readonly store: GenerationStore;
  readonly positions: Map<number, bigint>;
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

  constructor(servers: LiveFeedServers) {
    this.#servers = servers;
  }

  /** Generations that are fed now, the one readers use last. */
  get generations(): readonly Generation[] {
    return this.#fed.map(({ generation }) => generation);
  }

  /**
   * Takes on the generations the registry lists now and lets go of the others. Resolves when no batch is under way any more
   * that began without the new ones: only then may the attachment be announced.
   */
  async refresh(): Promise<void> {
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
  }

  /** Reads all positions anew, for partitions that another process may have fed meanwhile. */
  async reload(): Promise<void> {
    for (const { generation, positions } of this.#fed) {
      for (const [partition, position] of await this.#servers.registry.positions(generation.uuid))
        positions.set(partition, position);
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
   * @throws DependencyError while a store or the database is out of reach
   */
  async feed(batch: PartitionBatch): Promise<BatchOutcome> {
    const feeding = this.#feed(batch);
    this.#inFlight.add(feeding);
    try {
      return await feeding;
    } finally {
      this.#inFlight.delete(feeding);
    }
  }

  async #feed(batch: PartitionBatch): Promise<BatchOutcome> {
    const fed = this.#fed;
    const position = this.positionOf(batch.partition);
    if (position === undefined || position < batch.from)
      return { outcome: 'read-from', position: position ?? batch.from };
    const decoded = decodeBatch(batch);
    const putAside = new Set<bigint>();
    let applied = 0;
    for (const target of fed) {
      try {
        applied += await this.#feedOne(target, batch, decoded, putAside);
      } catch (error) {
        if (target.generation.state === 'LIVE' || fed.length === 1) throw error;
        this.#suspend(target, error);
      }
    }
    return { outcome: 'fed', applied };
  }

  /** A generation nobody reads must not hold up the one that is read: it is let go of, and taken on again later where it stands. */
  #suspend({ generation }: FedGeneration, error: unknown): void {
    this.#fed = this.#fed.filter((held) => held.generation.uuid !== generation.uuid);
    this.#suspended.set(generation.uuid, performance.now() + suspensionMs);
    this.#servers.onSuspended(generation, error);
  }

  async #feedOne(
    target: FedGeneration,
    batch: PartitionBatch,
    decoded: DecodedBatch,
    putAside: Set<bigint>,
  ): Promise<number> {
    const { generation, projection, store, positions } = target;
    const own = positions.get(batch.partition) ?? 0n;
    if (own >= batch.next) return 0;
    const events = decoded.events.filter(({ record }) => record.offset >= own);
    const next: Positions = new Map([[batch.partition, batch.next]]);
    const letters = decoded.letters.filter(({ offset }) => offset >= own);
    const result = await feedEvents(
      { store, name: generation.name, projection },
      events.map(({ event }) => event),
      this.#servers.history,
      (documents) =>
        store.writeWithPositions
          ? store.writeWithPositions(generation.name, documents, {
              generationUuid: generation.uuid,
              positions: next,
            })
          : store.write(generation.name, documents),
    );
    letters.push(...lettersOf(result, events, generation.name, batch.partition));
    // One letter an event, however many generations refuse it.
    const fresh = letters.filter(({ offset }) => !putAside.has(offset));
    if (fresh.length > 0) await this.#servers.putAside(fresh);
    for (const { offset } of fresh) putAside.add(offset);
    if (!store.writeWithPositions) await this.#servers.registry.advancePositions(generation.uuid, next);
    positions.set(batch.partition, batch.next);
    return result.applied;
  }

  #fingerprintOf({ storage, version }: Projection): string {
    return fingerprintOf({ storage, projectionVersion: version, topicId: this.#servers.topicId });
  }
}

interface DecodedBatch {
  readonly events: readonly { readonly event: ProductEvent; readonly record: PartitionRecord }[];
  readonly letters: readonly DeadLetter[];
}

function decodeBatch({ partition, records }: PartitionBatch): DecodedBatch {
  const events: { event: ProductEvent; record: PartitionRecord }[] = [];
  const letters: DeadLetter[] = [];
  for (const record of records) {
    const decoded = decodeEvent(record.value);
    if (decoded.ok) events.push({ event: decoded.event, record });
    else letters.push({ partition, ...record, reason: decoded.reason, message: decoded.message });
  }
  return { events, letters };
}

/** The events of a batch that a generation refused for good: poison, gaps without a remedy, documents its store rejects. */
function lettersOf(
  { poison, gaps, write }: FeedResult,
  events: DecodedBatch['events'],
  generation: string,
  partition: number,
): DeadLetter[] {
  const letters: DeadLetter[] = [];
  const add = (refused: (event: ProductEvent) => boolean, reason: string, message: string) => {
    for (const { event, record } of events) {
      if (refused(event))
        letters.push({ partition, ...record, reason, message: `${generation}: ${message}` });
    }
  };
  for (const { event, error } of poison) {
    add(
      ({ subject, aggregateversion }) =>
        subject === event.subject && aggregateversion >= event.aggregateversion,
      'not-applicable',
      error.message,
    );
  }
  for (const { aggregateId, expected } of gaps) {
    add(
      ({ subject, aggregateversion }) => subject === aggregateId && aggregateversion > expected,
      'version-gap',
      `version ${expected} is missing`,
    );
  }
  for (const { id, reason } of write.rejected)
    add(({ subject }) => subject === id, 'refused-by-store', reason);
  return letters;
}

/** Readers' generation last. */
function rank({ generation }: FedGeneration): number {
  return generation.state === 'LIVE' ? 1 : 0;
}
