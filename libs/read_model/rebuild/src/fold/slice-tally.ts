import { storableText } from '@reprise/events';
import { BucketSums, type BucketDigest } from '@reprise/read-model-documents';

/** An event that can never be applied, and where it lies. */
export interface PoisonEvent {
  readonly slice: number;
  readonly position: string;
  readonly reason: string;
  readonly message: string;
  readonly aggregateId?: string;
  /** Version of its aggregate, where it says one. */
  readonly version?: number;
}

/** Where a poison event lies and which event of its aggregate it is: what it is matched by, with dead letters and with gaps. */
export type PoisonPlace = Pick<PoisonEvent, 'slice' | 'position' | 'aggregateId' | 'version'>;

/** An aggregate of which an event is missing: everything from `expected` on is held back. */
export interface VersionGap {
  readonly aggregateId: string;
  readonly expected: number;
  /** The first version there is after it; left out in what an earlier release recorded, and where only one event was looked at. */
  readonly found?: number;
  readonly held: number;
}

/** A document that the store will never take, and what the store said of it. */
export interface RefusedDocument {
  readonly id: string;
  readonly reason: string;
}

/** What was counted while one slice was replayed and written. */
export interface SliceTally {
  read: number;
  applied: number;
  duplicate: number;
  /** Canaries: events of nobody, which are in no other count. */
  canaries: number;
  /** A map, because types come from outside and may be called like members of every object. */
  byType: Map<string, number>;
  /** All poison events; `poison` lists the first ones. */
  poisoned: number;
  poison: PoisonEvent[];
  /** Of a slice: where further ones lie that name their aggregate, in compact text, and how many of those there are whose place is not kept. */
  places: string[];
  unplaced: number;
  /** Poison events whose dead letters turned out to be resolved: they are in no count of poison. */
  resolved: PoisonPlace[];
  /** Events taken from the event store in place of records that were left out or whose letters are resolved. */
  replaced: number;
  /** Aggregates that wait behind a record that was left out: no gap. Their events count as held back. */
  heldAggregates: number;
  /** Aggregates with a gap, and the events held back by them. */
  gapped: number;
  heldBack: number;
  /** Of those aggregates, the ones whose missing events are all poison. */
  behindPoison: number;
  gaps: VersionGap[];
  documents: number;
  tombstones: number;
  bytes: number;
  written: number;
  stale: number;
  rejectedCount: number;
  /** The first of them. */
  rejected: RefusedDocument[];
  buckets: BucketDigest[];
}

export function emptyTally(): SliceTally {
  return {
    read: 0,
    applied: 0,
    duplicate: 0,
    canaries: 0,
    byType: new Map(),
    poisoned: 0,
    poison: [],
    places: [],
    unplaced: 0,
    resolved: [],
    replaced: 0,
    heldAggregates: 0,
    gapped: 0,
    heldBack: 0,
    behindPoison: 0,
    gaps: [],
    documents: 0,
    tombstones: 0,
    bytes: 0,
    written: 0,
    stale: 0,
    rejectedCount: 0,
    rejected: [],
    buckets: [],
  };
}

/** A tally as the JSON of checkpoints and snapshots. */
export type SavedTally = Omit<SliceTally, 'byType'> & { readonly byType: Readonly<Record<string, number>> };

export function saveTally({ byType, ...counts }: SliceTally): SavedTally {
  return { ...counts, byType: Object.fromEntries(byType) };
}

export function restoreTally({ byType, ...counts }: SavedTally): SliceTally {
  // A checkpoint of an earlier release lacks what was not counted then.
  return { ...emptyTally(), ...counts, byType: new Map(Object.entries(byType)) };
}

export function countType({ byType }: SliceTally, type: string, count = 1): void {
  byType.set(type, (byType.get(type) ?? 0) + count);
}

/** Adds up tallies of slices (and of the reconciliation between them) into the run's. */
export function sumTallies(tallies: Iterable<SliceTally>): SliceTally {
  const total = emptyTally();
  const sums = new BucketSums();
  for (const tally of tallies) {
    for (const key of counters) total[key] += tally[key];
    for (const [type, count] of tally.byType) countType(total, type, count);
    total.poison.push(...tally.poison.slice(0, listedFaults - total.poison.length));
    for (const event of tally.resolved) total.resolved.push(event);
    total.gaps.push(...tally.gaps.slice(0, listedFaults - total.gaps.length));
    total.rejected.push(...tally.rejected.slice(0, listedRefusals - total.rejected.length));
    sums.merge(tally.buckets);
  }
  total.buckets = sums.list();
  const settled = new Set(total.resolved.map(placeOf));
  if (settled.size > 0) total.poison = total.poison.filter((event) => !settled.has(placeOf(event)));
  return total;
}

function placeOf({ slice, position }: PoisonPlace): string {
  return `${slice}:${position}`;
}

const counters = [
  'read',
  'applied',
  'duplicate',
  'canaries',
  'poisoned',
  'unplaced',
  'gapped',
  'heldBack',
  'behindPoison',
  'heldAggregates',
  'replaced',
  'documents',
  'tombstones',
  'bytes',
  'written',
  'stale',
  'rejectedCount',
] as const;

/** Entries listed in full in receipts and checkpoints; beyond it only the count grows, so that neither grows with the faults. */
export const listedFaults = 1000;

/** Characters of what a projection or a store says of one event or document, which may repeat much of it. */
export const longestMessage = 1000;

/** Refused documents listed with their reasons, which are long and mostly the same. */
export const listedRefusals = 20;
const longestReason = 500;

/** Counts documents a store refused for good, and lists the first: their texts bounded and storable. */
export function tallyRefused(tally: SliceTally, refused: readonly RefusedDocument[]): void {
  tally.rejectedCount += refused.length;
  for (const { id, reason } of refused.slice(0, Math.max(0, listedRefusals - tally.rejected.length)))
    tally.rejected.push({ id: storableText(id, longestReason), reason: storableText(reason, longestReason) });
}
