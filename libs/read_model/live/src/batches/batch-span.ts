import type { Span } from '@opentelemetry/api';
import type { PartitionBatch } from '@reprise/read-model-feed';
import {
  failed,
  isTracing,
  ownAttribute,
  parseTraceparent,
  processSpan,
  startBatchSpan,
  within,
} from '@reprise/runtime/traces';

/** Where batches come from, as traces name it. */
export interface BatchSource {
  readonly topic: string;
  readonly group: string;
  readonly context: string;
}

/** What an event of any contract may carry of its creation. */
interface Traced {
  readonly traceparent?: unknown;
}

/**
 * The span of one batch that is fed: linked to the creation of its events, it begins once they are decoded. Requests to stores and lines of
 * the log that belong to the batch belong to it. Without an SDK, and for a batch without records, there is none.
 */
export class BatchSpan {
  readonly #source: BatchSource;
  readonly #batch: PartitionBatch;
  #span: Span | undefined;

  constructor(source: BatchSource, batch: PartitionBatch) {
    this.#source = source;
    this.#batch = batch;
  }

  /** Feeds decoded events in the span. */
  readonly decoded = <T>(events: () => readonly object[], feed: () => Promise<T>): Promise<T> => {
    const { partition, from, records } = this.#batch;
    if (!isTracing() || records.length === 0) return feed();
    const creations = events().map((event: Traced) => parseTraceparent(event.traceparent));
    const described = processSpan(this.#source, { partition, from, messages: records.length });
    this.#span = startBatchSpan(described, creations);
    return within(this.#span, feed);
  };

  /** Does what belongs to the batch after it was fed, or was not. */
  within<T>(work: () => T): T {
    return this.#span === undefined ? work() : within(this.#span, work);
  }

  applied(events: number): void {
    this.#span?.setAttribute(ownAttribute.eventsApplied, events);
  }

  failed(error: unknown): void {
    if (this.#span) failed(this.#span, error);
  }

  end(): void {
    this.#span?.end();
  }
}
