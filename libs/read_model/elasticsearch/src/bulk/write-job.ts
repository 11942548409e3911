import type {
  DocumentToWrite,
  GenerationName,
  RejectedDocument,
  WriteResult,
} from '@reprise/read-model-indices';
import { takeBulk, type Bulk, type BulkSize } from './bulk-body.ts';
import type { Fault } from '../servers/faults.ts';

/** Why a write ended before all of its documents got through. */
export interface WriteFailure {
  readonly fault: Fault;
  readonly reason: string;
  readonly cause?: unknown;
}

/** One call of `write`: what is still to be sent, and what was acknowledged so far. */
export class WriteJob {
  readonly generation: GenerationName;
  readonly total: number;
  /** Sent at least once without an answer: they may or may not be in the store. */
  readonly unanswered = new Set<DocumentToWrite>();
  readonly #rejected: RejectedDocument[] = [];
  readonly #queues: { readonly documents: readonly DocumentToWrite[]; from: number }[];
  #written = 0;
  #stale = 0;
  #stuckSince: number | undefined;
  #failure: WriteFailure | undefined;

  constructor(generation: GenerationName, documents: readonly DocumentToWrite[]) {
    this.generation = generation;
    this.total = documents.length;
    this.#queues = documents.length === 0 ? [] : [{ documents, from: 0 }];
  }

  get acknowledged(): number {
    return this.#written + this.#stale + this.#rejected.length;
  }

  get hasNext(): boolean {
    return this.#queues.length > 0;
  }

  /** The first reason to stop; nothing more may be sent then. */
  get failure(): WriteFailure | undefined {
    return this.#failure;
  }

  /** The next bulk; to be asked for only while there is one. What failed before goes first. */
  next(size: BulkSize): Bulk {
    const queue = this.#queues.at(-1)!;
    const bulk = takeBulk(queue.documents, queue.from, size)!;
    queue.from += bulk.documents.length;
    if (queue.from === queue.documents.length) this.#queues.pop();
    return bulk;
  }

  acknowledge(written: number, stale: number, rejected: readonly RejectedDocument[]): void {
    if (written + stale + rejected.length === 0) return;
    this.#stuckSince = undefined;
    this.#written += written;
    this.#stale += stale;
    for (const document of rejected) this.#rejected.push(document);
  }

  /** Puts documents back to be sent again. Returns for how long nothing has got through by now, in milliseconds. */
  again(documents: readonly DocumentToWrite[], now: number): number {
    this.#stuckSince ??= now;
    this.#queues.push({ documents, from: 0 });
    return now - this.#stuckSince;
  }

  fail(failure: WriteFailure): void {
    this.#failure ??= failure;
  }

  result(): WriteResult {
    return { written: this.#written, stale: this.#stale, rejected: this.#rejected };
  }
}
