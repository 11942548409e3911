import type { LogSlice } from '@reprise/events';
import type { DiscardedLetter } from '@reprise/read-model-indices';

/** Records of the log that a run leaves out because their dead letters were discarded, captured once. */
export class LeftOut {
  /** The letters whose events were met in a source that has no places; those of a log with places are known beforehand. */
  readonly met = new Set<DiscardedLetter>();
  readonly #offsets = new Map<number, bigint[]>();
  readonly #byAggregate: ReadonlyMap<string | null, readonly DiscardedLetter[]>;

  constructor(readonly letters: readonly DiscardedLetter[]) {
    for (const [partition, own] of Map.groupBy(letters, (letter) => letter.partition))
      this.#offsets.set(partition, own.map(({ offset }) => offset).sort(ascending));
    this.#byAggregate = Map.groupBy(letters, ({ aggregateId }) => aggregateId);
  }

  /** The offsets left out of a partition from `first` to `last`, both included; undefined where there are none. */
  within(partition: number, first: bigint, last: bigint): ReadonlySet<bigint> | undefined {
    const offsets = this.#offsets.get(partition);
    if (!offsets) return undefined;
    let low = 0;
    for (let high = offsets.length; low < high;) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! < first) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < offsets.length && offsets[end]! <= last) end++;
    return end > low ? new Set(offsets.slice(low, end)) : undefined;
  }

  /** Letters of an aggregate. */
  of(aggregateId: string): readonly DiscardedLetter[] {
    return this.#byAggregate.get(aggregateId) ?? [];
  }

  /** Aggregates that lack a record, as far as the letters say whose record it was. */
  get aggregateIds(): string[] {
    return [...this.#byAggregate.keys()].filter((id) => id !== null);
  }

  /**
   * Whether an aggregate waits because of what was left out: one of the versions missing before the first event that waits.
   *
   * @param expected the version its document needs next
   * @param found the first version there is after it
   */
  explains(aggregateId: string, expected: number, found: number): boolean {
    return this.of(aggregateId).some(
      ({ version }) => version === null || (version >= expected && version < found),
    );
  }

  /** The letters whose records lie in these slices. */
  inSlices(slices: readonly LogSlice[]): DiscardedLetter[] {
    const bySlice = new Map(slices.map((slice) => [slice.slice, slice]));
    return this.letters.filter(({ partition, offset }) => {
      const slice = bySlice.get(partition);
      return slice !== undefined && offset >= slice.start && offset < slice.end;
    });
  }
}

/** What a run leaves out of a log without discarded letters. */
export const nothingLeftOut = new LeftOut([]);

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Places of letters as JSON: offsets in decimal text by partition. */
export type SavedPlaces = Readonly<Record<string, readonly string[]>>;

export function savePlaces({ letters }: LeftOut): SavedPlaces {
  return Object.fromEntries(
    [...Map.groupBy(letters, ({ partition }) => partition)].map(([partition, own]) => [
      String(partition),
      own.map(({ offset }) => String(offset)),
    ]),
  );
}

export function restorePlaces(saved: SavedPlaces): { partition: number; offset: bigint }[] {
  return Object.entries(saved).flatMap(([partition, offsets]) =>
    offsets.map((offset) => ({ partition: Number(partition), offset: BigInt(offset) })),
  );
}
