import { decodeEvent, type ProductEvent } from '@reprise/events';
import type { FeedResult } from './feed-events.ts';

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

export interface DecodedBatch {
  readonly events: readonly { readonly event: ProductEvent; readonly record: PartitionRecord }[];
  readonly letters: readonly DeadLetter[];
}

/** Decodes a batch; a record that is no event becomes a dead letter. */
export function decodeBatch({ partition, records }: PartitionBatch): DecodedBatch {
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
export function lettersOf(
  { poison, gaps, refused }: FeedResult,
  events: DecodedBatch['events'],
  generation: string,
  partition: number,
): DeadLetter[] {
  const letters: DeadLetter[] = [];
  const add = (aggregateId: string, fromVersion: number, reason: string, message: string) => {
    for (const { event, record } of events) {
      if (event.subject === aggregateId && event.aggregateversion >= fromVersion)
        letters.push({ partition, ...record, reason, message: `${generation}: ${message}` });
    }
  };
  for (const { event, error } of poison)
    add(event.subject, event.aggregateversion, 'not-applicable', error.message);
  for (const { aggregateId, expected, reason } of gaps) {
    const why = reason === undefined ? '' : `: ${reason}`;
    add(aggregateId, expected + 1, 'version-gap', `version ${expected} is missing${why}`);
  }
  for (const { aggregateId, after, reason } of refused)
    add(aggregateId, after + 1, 'refused-by-store', reason);
  return letters;
}

/** A dead letter could not be made durable: no generation may move past it. */
export class NotPutAside extends Error {
  readonly code = 'NOT_PUT_ASIDE';
  readonly retryable = true;

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `Events that cannot be applied could not be put aside (${why}). The position was not moved. ` +
        'Check the dead-letter topic (DEAD_LETTER_TOPIC) and the broker.',
      { cause },
    );
    this.name = 'NotPutAside';
  }
}

/** Puts each event of one batch aside once, however many generations refuse it and in whatever order they find out. */
export class OnceAside {
  readonly #sent = new Map<bigint, Promise<void>>();
  readonly #putAside: (letters: readonly DeadLetter[]) => Promise<void>;

  constructor(putAside: (letters: readonly DeadLetter[]) => Promise<void>) {
    this.#putAside = putAside;
  }

  /**
   * Resolves when all of them are durable, whoever sent them.
   * @throws NotPutAside
   */
  async put(letters: readonly DeadLetter[]): Promise<void> {
    const fresh = new Map<bigint, DeadLetter>();
    for (const letter of letters) {
      const { offset } = letter;
      if (!this.#sent.has(offset) && !fresh.has(offset)) fresh.set(offset, letter);
    }
    if (fresh.size > 0) {
      const sending = this.#putAside([...fresh.values()]).catch((error: unknown) => {
        throw new NotPutAside(error);
      });
      for (const offset of fresh.keys()) this.#sent.set(offset, sending);
    }
    await Promise.all(letters.map(({ offset }) => this.#sent.get(offset) ?? Promise.resolve()));
  }
}
