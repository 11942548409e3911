import { join } from 'node:path';
import type { DomainEvent, EventContract, JsonObject, LogBatch } from '@reprise/events';
import { isCanary, nameOfKey, storableText } from '@reprise/events';
import {
  type FoldEntry,
  foldInto,
  type FoldOutcome,
  type PositionOf,
  type Projection,
} from '@reprise/read-model-projections';
import { RebuildError } from '../errors.ts';
import { notePoison } from './poison-places.ts';
import { countType, longestMessage, type PoisonEvent, type SliceTally } from './slice-tally.ts';
import { entryOverhead, growthOf, measured, newEntry, type SizedEntry } from './sized-entry.ts';
import { SpillFiles, type SpilledRecord, type SpillManifest } from './spill-files.ts';

/** Records to be folded: those of a batch, or what was put aside of one. */
export type FoldedRecords = Pick<LogBatch, 'values' | 'keys' | 'positionOf' | 'read' | 'apart'>;

export interface FoldTableOptions {
  readonly slice: number;
  /** Estimated bytes of documents to keep in memory; records of further aggregates go to disk. */
  readonly memoryBytes: number;
  /** Where they go; made when needed, removed by `dispose`. */
  readonly spillDirectory: string;
  readonly depth?: number;
}

/** What a table holds, beside the counts its tally has. */
export interface FrozenTable {
  readonly entries: Iterable<readonly [id: string, entry: FoldEntry]>;
  readonly bytes: number;
  readonly held: number;
  /** Undefined when nothing had to be put aside on disk. */
  readonly spill: SpillManifest | undefined;
}

const maxDepth = 4;
const largestGroup = 4000;
/** Events that wait for an earlier one, in one slice or over all. More of them is not reordering but a damaged log. */
export const maxHeld = 200_000;
/** Types counted by name; further unknown ones are counted together. */
const listedTypes = 100;
const otherTypes = '(other types)';

/**
 * The documents of one slice while it is replayed. Within its memory it folds every event at once. Beyond it, the
 * aggregates already here stay and continue, and the records of all others are put aside on disk undecoded, to be folded file
 * by file at the end: every record is decoded once and written to disk at most once per depth.
 */
export class FoldTable {
  readonly #entries = new Map<string, SizedEntry>();
  #bytes = 0;
  #held = 0;
  #spill: SpillFiles | undefined;
  /** Whether what lies on disk are events, for records that cannot be read from value and key. All of a table are of one source. */
  #keepsEvents: boolean;

  constructor(
    private readonly projection: Projection,
    private readonly tally: SliceTally,
    private readonly options: FoldTableOptions,
  ) {
    this.#keepsEvents = projection.events.readsHeaders;
  }

  /** The contract its records are read by. */
  get events(): EventContract {
    return this.projection.events;
  }

  /** Bytes put aside on disk. */
  get spilledBytes(): number {
    return this.#spill?.bytes ?? 0;
  }

  /**
   * Takes one record in log order. Its key decides alone where a record waits, so a wrong one shows as a version gap, never as a
   * wrong document.
   */
  add(records: FoldedRecords, index: number): void {
    const key = records.keys[index]!;
    const value = records.values[index]!;
    if (this.#spill && key !== null) {
      const id = typeof key === 'string' ? key : key.toString();
      if (!this.#entries.has(id) && this.#putAside(this.#spill, records, index, id)) return;
    }
    const decoded = records.read(index);
    if (decoded.ok && isCanary(decoded.event)) return void this.tally.canaries++;
    this.tally.read++;
    const { positionOf } = records;
    if (!decoded.ok) {
      const { reason, message, type } = decoded;
      if (reason === 'unknown-type' && type !== undefined) this.#countUnknown(type);
      // What is not an event any more still lies under its aggregate's key.
      this.#poison({
        position: String(positionOf(index)),
        reason,
        message,
        ...namedBy(decoded.subject, key),
        ...(decoded.aggregateVersion !== undefined && { version: decoded.aggregateVersion }),
      });
      return;
    }
    if (decoded.event.aggregatetype === this.projection.aggregate)
      this.#fold(decoded.event, value?.length ?? 0, positionOf, index);
    else countType(this.tally, decoded.event.type);
  }

  /**
   * Hands out every entry, a group at a time, and forgets it. No record may be added afterwards. Groups double from
   * `firstGroup` up to `largestGroup` entries: small ones show trouble early, large ones are cheap to write.
   */
  *drain(firstGroup: number): Generator<FoldEntry[]> {
    let groupSize = firstGroup;
    let group: FoldEntry[] = [];
    for (const [id, entry] of this.#entries) {
      this.#entries.delete(id);
      group.push(entry);
      if (group.length === groupSize) {
        yield group;
        group = [];
        groupSize = Math.max(groupSize, Math.min(groupSize * 2, largestGroup));
      }
    }
    if (group.length > 0) yield group;
    if (!this.#spill) return;
    const depth = (this.options.depth ?? 0) + 1;
    let number = 0;
    for (const records of this.#spill.files()) {
      const spillDirectory = join(this.#spill.directory, String(number++));
      const table = new FoldTable(this.projection, this.tally, { ...this.options, depth, spillDirectory });
      try {
        for (const record of records) table.add(this.#takenUp(record), 0);
        yield* table.drain(groupSize);
      } finally {
        table.dispose();
      }
    }
  }

  /**
   * Hands out every entry but that of `current` and forgets them: for a log in which an aggregate's events follow each other,
   * where all earlier ones are final.
   */
  takeAllBut(current: string | undefined): FoldEntry[] {
    const finished: FoldEntry[] = [];
    for (const [id, entry] of this.#entries) {
      if (id === current) continue;
      this.#entries.delete(id);
      finished.push(entry);
    }
    this.#bytes = 0;
    return finished;
  }

  /** What it holds now, to be written down before another record is added. Records on disk are synced. */
  freeze(): FrozenTable {
    return { entries: this.#entries, bytes: this.#bytes, held: this.#held, spill: this.#spill?.sync() };
  }

  /**
   * Takes up what an empty table was before.
   * @throws Error when records it had on disk are not there any more
   */
  thaw({ entries, bytes, held, spill }: FrozenTable): void {
    for (const [id, entry] of entries) this.#entries.set(id, measured(entry));
    this.#bytes = bytes;
    this.#held = held;
    if (!spill) return;
    this.#spill = this.#spillFiles();
    this.#spill.takeOver(spill);
  }

  /** Removes its records from the disk; a snapshot that names them is of no use afterwards. */
  dispose(): void {
    this.#entries.clear();
    this.#spill?.remove();
    this.#spill = undefined;
  }

  /** Ends like `dispose`, but leaves its records on disk for a run that resumes from a snapshot. */
  abandon(): void {
    this.#entries.clear();
    this.#spill?.close();
    this.#spill = undefined;
  }

  /** Writes a record to disk, so that it can be read from that alone later; false for one that can only be read now. */
  #putAside(spill: SpillFiles, records: FoldedRecords, index: number, key: string): boolean {
    let value = records.values[index]!;
    this.#keepsEvents ||= records.apart === true;
    if (this.#keepsEvents) {
      const decoded = records.read(index);
      if (!decoded.ok) return false;
      value = JSON.stringify(decoded.event);
    }
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    spill.append({ value: bytes, key, position: records.positionOf(index) });
    return true;
  }

  #takenUp({ value, key, position }: SpilledRecord): FoldedRecords {
    const { events } = this.projection;
    const apart = this.#keepsEvents;
    return {
      values: [value],
      keys: [key],
      positionOf: () => position,
      read: () =>
        apart
          ? { ok: true, event: events.restore(JSON.parse(String(value)) as JsonObject) }
          : events.read(value, { key, header: () => undefined, position: () => position }),
      apart,
    };
  }

  #fold(event: DomainEvent, valueBytes: number, positionOf: PositionOf, index: number): void {
    countType(this.tally, event.type);
    let entry = this.#entries.get(event.subject);
    if (entry === undefined) {
      entry = newEntry(valueBytes);
      this.#entries.set(event.subject, entry);
      this.#grow(entry.bytes);
    }
    this.#count(foldInto(this.projection, entry, event, positionOf, index), valueBytes, entry);
  }

  /** Types nobody knows come from outside, so there may be any number of them. */
  #countUnknown(type: string): void {
    const { byType } = this.tally;
    countType(this.tally, byType.has(type) || byType.size < listedTypes ? type : otherTypes);
  }

  #count(result: FoldOutcome, valueBytes: number, entry: SizedEntry): void {
    this.tally.applied += result.released;
    this.#held -= result.released;
    switch (result.outcome) {
      case 'applied':
        this.tally.applied++;
        this.#grow(growthOf(entry, valueBytes));
        return;
      case 'duplicate':
        this.tally.duplicate++;
        return;
      case 'held':
        this.#grow(valueBytes * 2 + entryOverhead);
        if (++this.#held > maxHeld) throw tooManyHeld(this.options.slice);
        return;
      case 'poison': {
        const { event, position, error } = result;
        this.#poison({
          position,
          reason: 'not-applicable',
          message: storableText(error.message, longestMessage),
          aggregateId: event.subject,
          version: event.aggregateversion,
        });
      }
    }
  }

  #grow(bytes: number): void {
    this.#bytes += bytes;
    if (this.#spill || this.#bytes < this.options.memoryBytes) return;
    if ((this.options.depth ?? 0) >= maxDepth) return;
    this.#spill = this.#spillFiles();
  }

  #spillFiles(): SpillFiles {
    const { spillDirectory, slice, depth = 0 } = this.options;
    return new SpillFiles(join(spillDirectory, `slice-${slice}`), depth);
  }

  #poison(event: Omit<PoisonEvent, 'slice'>): void {
    notePoison(this.tally, { slice: this.options.slice, ...event }, this.projection);
  }
}

/** What a poison event is called: the aggregate it says it is of, else the key of its record. */
export function namedBy(
  subject: string | undefined,
  key: Buffer | string | null,
): Pick<PoisonEvent, 'aggregateId'> {
  if (subject !== undefined) return { aggregateId: subject };
  return key === null || key.length === 0 ? {} : { aggregateId: nameOfKey(key) };
}

/** The refusal of a log in which so much waits. */
export function tooManyHeld(slice: number): RebuildError {
  return new RebuildError(
    'REFUSED',
    `More than ${maxHeld} events of slice ${slice} wait for earlier versions of their aggregates: the log is damaged or its ` +
      'beginning is missing. Nothing was switched. Rebuild from the event store instead: --source event-store.',
  );
}
