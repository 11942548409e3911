import { setTimeout as delay } from 'node:timers/promises';
import type { PipelineState } from './pipeline-state.ts';

/** Nothing moved for too long; the message says where the events are stuck. */
export class PipelineStalled extends Error {
  override readonly name = 'PipelineStalled';
  readonly code = 'PIPELINE_STALLED';
  readonly retryable = true;
}

export interface AwaitOptions {
  readonly read: () => Promise<PipelineState>;
  /** Longest time without any progress. Default 60 s: a slow machine is not a fault, one that stands still is. */
  readonly stallMs?: number;
  readonly pollMs?: number;
  readonly signal?: AbortSignal;
  /** Milliseconds that only ever rise. */
  readonly now?: () => number;
  readonly report?: (line: string) => void;
}

/**
 * Resolves when every stored event is in Kafka and contained in what readers see.
 * @throws PipelineStalled when nothing moves for `stallMs`; the signal's reason when it aborts
 */
export async function awaitSearchable(options: AwaitOptions): Promise<PipelineState> {
  const { read, stallMs = 60_000, pollMs = 250, signal, report, now = () => performance.now() } = options;
  let last: PipelineState | undefined;
  let movedAt = now();
  let published = false;
  for (;;) {
    signal?.throwIfAborted();
    const state = await read();
    if (!published && state.unpublished === 0) {
      published = true;
      report?.(`All ${state.stored} events are in Kafka.`);
    }
    if (state.unpublished === 0 && state.searchable >= state.stored) return state;
    if (state.unpublished !== last?.unpublished || state.searchable !== last.searchable) movedAt = now();
    else if (now() - movedAt > stallMs) throw new PipelineStalled(whatIsStuck(state, stallMs));
    last = state;
    await delay(pollMs, undefined, { signal });
  }
}

function whatIsStuck(state: PipelineState, stallMs: number): string {
  const { stored, unpublished, parked, publishError, searchable } = state;
  const since = `Nothing has moved for ${Math.round(stallMs / 1_000)} s: `;
  if (unpublished === 0) {
    return `${since}all ${stored} events are in Kafka, and the documents that readers see hold ${searchable} of them. Look at projection-consumer and Elasticsearch.`;
  }
  const put = parked > 0 ? `, ${parked} of them put aside` : '';
  const error = publishError === undefined ? '' : ` (${publishError})`;
  return `${since}${unpublished} of ${stored} events are not in Kafka${put}${error}. Look at outbox-relay and Kafka.`;
}
