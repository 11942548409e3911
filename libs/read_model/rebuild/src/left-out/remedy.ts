import type { DomainEvent } from '@reprise/events';
import { HistoryUnreadable, type AggregateHistory } from '@reprise/read-model-feed';
import {
  type FoldEntry,
  foldInto,
  type FoldOutcome,
  type HeldEvent,
  type Projection,
} from '@reprise/read-model-projections';
import type { PoisonPlace } from '../fold/slice-tally.ts';
import type { LeftOut } from './left-out.ts';

export interface RemedyInput {
  readonly leftOut: LeftOut;
  /** Poison events whose versions the generation readers use contains: their letters are resolved. */
  readonly resolved: readonly PoisonPlace[];
  /** Undefined where no event store is configured. */
  readonly history: AggregateHistory | undefined;
  readonly projection: string;
}

/**
 * How a fold continues behind records that were left out or whose letters are resolved, as the live feed does it: with the event
 * store's events of these versions. It takes no others from there, so that the same log always gives the same documents.
 */
export class Remedy {
  /** Aggregates that are looked at, whether something of them waits or not. */
  readonly aggregateIds: ReadonlySet<string>;
  readonly #input: RemedyInput;
  readonly #resolved: ReadonlyMap<string | undefined, readonly PoisonPlace[]>;
  readonly #reached = new Map<string, number>();

  constructor(input: RemedyInput) {
    this.#input = input;
    this.#resolved = Map.groupBy(input.resolved, ({ aggregateId }) => aggregateId);
    const ids = input.resolved.flatMap(({ aggregateId }) => aggregateId ?? []);
    this.aggregateIds = new Set(input.leftOut.aggregateIds.concat(ids));
  }

  /**
   * The event store's events for an aggregate, in version order: those of the versions in question, and any up to the last event
   * that waits.
   *
   * @param lastHeld version of the last event that waits, 0 for none
   * @throws DependencyError
   */
  async eventsFor(aggregateId: string, lastHeld: number): Promise<readonly DomainEvent[]> {
    const { leftOut, history, projection } = this.#input;
    if (!history || !this.aggregateIds.has(aggregateId)) return [];
    const versions = new Set<number | null | undefined>([
      ...leftOut.of(aggregateId).map(({ version }) => version),
      ...(this.#resolved.get(aggregateId) ?? []).map(({ version }) => version),
    ]);
    try {
      const known = await history(aggregateId, projection);
      return known.filter(
        ({ aggregateversion }) => aggregateversion <= lastHeld || versions.has(aggregateversion),
      );
    } catch (error) {
      if (error instanceof HistoryUnreadable) return [];
      throw error;
    }
  }

  /** Whether what waits does so behind a record that was left out: no fault of the log then. */
  explains(aggregateId: string, expected: number, found: number): boolean {
    return this.#input.leftOut.explains(aggregateId, expected, found);
  }

  /** Notes how far an aggregate got. */
  reached(aggregateId: string, version: number): void {
    this.#reached.set(aggregateId, version);
  }

  /** Poison events that turned out to be none: the fold got past them as the live read model did. */
  get settled(): PoisonPlace[] {
    return this.#input.resolved.filter(
      ({ aggregateId, version }) => (this.#reached.get(aggregateId ?? '') ?? 0) >= (version ?? Infinity),
    );
  }
}

/**
 * Folds what waits of an aggregate, with replacements for versions that are missing. A replacement that does not apply changes
 * nothing.
 *
 * @param held in version order, as are the replacements
 * @returns how many replacements were applied; `entry.held` is what still waits
 */
export function foldReplacing(
  projection: Projection,
  entry: FoldEntry,
  held: readonly HeldEvent[],
  replacements: readonly DomainEvent[],
  count: (outcome: FoldOutcome, held: HeldEvent) => void,
): number {
  let replaced = 0;
  let at = 0;
  const replaceBelow = (version: number) => {
    for (; at < replacements.length && replacements[at]!.aggregateversion < version; at++) {
      const event = replacements[at]!;
      if (event.aggregateversion !== (entry.document?.version ?? 0) + 1) continue;
      if (foldInto(projection, entry, event, () => 0n, 0).outcome === 'applied') replaced++;
    }
  };
  for (const one of held) {
    replaceBelow(one.event.aggregateversion);
    count(
      foldInto(projection, entry, one.event, () => BigInt(one.position), 0),
      one,
    );
  }
  replaceBelow(Infinity);
  return replaced;
}
