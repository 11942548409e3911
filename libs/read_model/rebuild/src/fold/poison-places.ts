import type { Projection } from '@reprise/read-model-projections';
import { listedFaults, type PoisonEvent, type PoisonPlace, type SliceTally } from './slice-tally.ts';

/**
 * Places kept of a slice's poison events beyond those that are listed, about 70 bytes each in memory and in checkpoints. Of more than
 * that nothing is known but their number.
 */
export const keptPlaces = 50_000;

/** Counts a poison event of a slice, and lists it or keeps its place as far as there is room. */
export function notePoison(
  tally: SliceTally,
  event: PoisonEvent,
  { events }: Pick<Projection, 'events'>,
): void {
  tally.poisoned++;
  const { aggregateId, position, version } = event;
  if (tally.poison.length < listedFaults) tally.poison.push(event);
  // Where versions are positions nothing waits behind poison, and nothing proves it resolved.
  else if (aggregateId === undefined || events.versions === 'position') return;
  else if (tally.places.length < keptPlaces) tally.places.push(`${position} ${version ?? ''} ${aggregateId}`);
  else tally.unplaced++;
}

/** The places of a slice's poison events, as far as they are known: of those that are listed, then of the others. */
export function* placesOf(slice: number, { poison, places }: SliceTally): Generator<PoisonPlace> {
  yield* poison;
  for (const place of places) yield readPlace(slice, place);
}

/** What the run says when it cannot match all poison events; undefined when it can. */
export function unplacedNote(unplaced: number): string | undefined {
  if (unplaced === 0) return undefined;
  return (
    `${unplaced} poison events are beyond the ${listedFaults + keptPlaces} that can be matched with resolved dead letters and missing ` +
    'events: they count as poison, and what waits behind them counts as missing events'
  );
}

/** Poison events by aggregate, to find out which missing events are among them. */
export class PoisonIndex {
  readonly #versions = new Map<string, (number | undefined)[]>();

  constructor(places: Iterable<PoisonPlace>) {
    for (const place of places) this.add(place);
  }

  add({ aggregateId, version }: Pick<PoisonPlace, 'aggregateId' | 'version'>): void {
    if (aggregateId === undefined) return;
    const versions = this.#versions.get(aggregateId);
    if (versions) versions.push(version);
    else this.#versions.set(aggregateId, [version]);
  }

  /**
   * Whether all versions from `expected` to the one before `found` are poison: what follows them can only wait. A poison event that
   * does not say its version may be any of them.
   */
  explains(aggregateId: string, expected: number, found: number): boolean {
    const versions = this.#versions.get(aggregateId) ?? [];
    const known = new Set(versions.filter((version) => version! >= expected && version! < found));
    const unknown = versions.filter((version) => version === undefined).length;
    return known.size + unknown >= found - expected;
  }
}

/** A place as it is kept, of that slice. */
export function readPlace(slice: number, place: string): PoisonPlace {
  const [position = '', version = ''] = place.split(' ', 2);
  const aggregateId = place.slice(position.length + version.length + 2);
  return { slice, position, aggregateId, ...(version !== '' && { version: Number(version) }) };
}
