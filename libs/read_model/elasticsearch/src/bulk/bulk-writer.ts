import { setTimeout as wait } from 'node:timers/promises';
import { errors, type Client } from '@elastic/elasticsearch';
import {
  DependencyError,
  type DocumentToWrite,
  type GenerationName,
  type WriteResult,
  type StoreRetry,
} from '@reprise/read-model-indices';
import { inSpan, storeSpan } from '@reprise/runtime/traces';
import type { Bulk } from './bulk-body.ts';
import { BulkLimits, type Clock } from './bulk-limits.ts';
import { bulkFilterPath, classifyBulk, type BulkReply } from './bulk-response.ts';
import { describeError, faultOf, remedyFor } from '../servers/faults.ts';
import { InFlightSlots } from './in-flight-slots.ts';
import { writeAliasOf } from '../creation/index-definition.ts';
import { WriteJob, type WriteFailure } from './write-job.ts';

export interface BulkWriterOptions {
  /** Largest body of one bulk request, in bytes. */
  readonly maxBytes?: number;
  /** Most documents of one bulk request. */
  readonly maxDocuments?: number;
  /** Most bulk requests on their way at once, over all concurrent calls. With `maxBytes` it bounds the bytes in flight. */
  readonly maxInFlight?: number;
  /** How long a write is retried without a single document getting through, in milliseconds. */
  readonly retryBudgetMs?: number;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly clock?: Clock;
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
}

export type WriteDocuments = (
  name: GenerationName,
  documents: readonly DocumentToWrite[],
  signal?: AbortSignal,
) => Promise<WriteResult>;

const systemClock: Clock = {
  now: () => performance.now(),
  random: Math.random,
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
};

/**
 * Writes documents in bulks under external versions. One writer serves any number of concurrent calls; they share its limits.
 * Within a call nothing is promised about order: the version guard makes order irrelevant. Only items that may pass on a
 * further try are sent again, so a document that the mapping refuses costs no other document anything.
 *
 * The returned function resolves when every document is acknowledged or finally rejected. It throws `DependencyError` when
 * nothing got through for the retry budget, or at once for a fault that waiting does not cure (a full disk, a deleted index,
 * missing privileges). What was acknowledged before stays written; sending everything again is always safe. When aborted it
 * rejects with the signal's reason, and what was on its way then may or may not be applied.
 */
export function bulkWriter(client: Client, options: BulkWriterOptions = {}): WriteDocuments {
  const clock = options.clock ?? systemClock;
  const maxDocuments = options.maxDocuments ?? 5_000;
  const retryBudgetMs = options.retryBudgetMs ?? 120_000;
  const limits = new BulkLimits(
    {
      maxBytes: options.maxBytes ?? 4 * 1024 * 1024,
      maxInFlight: options.maxInFlight ?? 3,
      firstDelayMs: options.firstDelayMs ?? 100,
      maxDelayMs: options.maxDelayMs ?? 10_000,
    },
    clock,
  );
  const slots = new InFlightSlots(() => limits.inFlight);

  return async function write(name, documents, signal) {
    signal?.throwIfAborted();
    const job = new WriteJob(name, documents);
    const inFlight = new Set<Promise<void>>();
    try {
      while (job.failure === undefined && (job.hasNext || inFlight.size > 0)) {
        if (job.hasNext) await dispatch(job, inFlight, signal);
        else await Promise.race(inFlight);
      }
    } finally {
      await Promise.all(inFlight);
    }
    signal?.throwIfAborted();
    if (job.failure !== undefined) throw errorOf(job, job.failure);
    return job.result();
  };

  /** Waits until one more bulk may be sent, and sends it without waiting for its answer. */
  async function dispatch(job: WriteJob, inFlight: Set<Promise<void>>, signal?: AbortSignal): Promise<void> {
    const free = await slots.take(signal);
    try {
      while (limits.delay > 0) await clock.sleep(limits.delay, signal);
    } catch (error) {
      free();
      throw error;
    }
    if (job.failure !== undefined) return free();
    const bulk = job.next({ bytes: limits.bytes, documents: maxDocuments });
    const sent: Promise<void> = send(job, bulk, signal).finally(() => {
      free();
      inFlight.delete(sent);
    });
    inFlight.add(sent);
  }

  /** Sends one bulk and enters its outcome into the job; never rejects. */
  async function send(job: WriteJob, bulk: Bulk, signal?: AbortSignal): Promise<void> {
    const sentAt = clock.now();
    const path = `/${writeAliasOf(job.generation)}/_bulk`;
    const querystring = { require_alias: true, filter_path: bulkFilterPath };
    try {
      const reply = await inSpan(
        () => storeSpan('elasticsearch', 'bulk', job.generation, bulk.documents.length),
        () =>
          client.transport.request<BulkReply>(
            { method: 'POST', path, querystring, bulkBody: bulk.body },
            signal === undefined ? { maxRetries: 0 } : { maxRetries: 0, signal },
          ),
      );
      const outcome = classifyBulk(bulk.documents, reply, job.unanswered);
      if (outcome === undefined)
        throw new errors.DeserializationError('the answer does not fit the request', '');
      const { written, stale, rejected, retry, overloaded, retryReason, fatal } = outcome;
      job.acknowledge(written, stale, rejected);
      if (fatal !== undefined) job.fail(fatal);
      else if (retry.length === 0) limits.accepted();
      else again(job, retry, { sentAt, overloaded, reason: retryReason });
    } catch (error) {
      if (signal?.aborted !== true) failed(job, bulk, sentAt, error);
    }
  }

  /** The request as a whole failed: refused by the server, or its outcome is unknown. */
  function failed(job: WriteJob, bulk: Bulk, sentAt: number, error: unknown): void {
    const status = error instanceof errors.ResponseError ? error.statusCode : undefined;
    const fault = faultOf(error);
    const reason = describeError(error);
    if (status === 413 && bulk.documents.length > 1) {
      again(job, bulk.documents, { sentAt, overloaded: true, reason });
    } else if (status === 413) {
      const { id, version } = bulk.documents[0]!;
      const tooLarge = `${bulk.body.length} bytes are more than the server accepts: ${reason}`;
      job.acknowledge(0, 0, [{ id, version, reason: tooLarge }]);
    } else if (fault === 'transient') {
      // A 429 was refused before anything was done; after anything else the bulk may have been applied.
      if (status !== 429) for (const document of bulk.documents) job.unanswered.add(document);
      const overloaded = status === 429 || error instanceof errors.TimeoutError;
      again(job, bulk.documents, { sentAt, overloaded, reason, cause: error });
    } else {
      job.fail({ fault, reason, cause: error });
    }
  }

  /** Puts documents back to be sent again after a pause, unless nothing has got through for too long. */
  function again(job: WriteJob, documents: readonly DocumentToWrite[], setback: Setback): void {
    const { sentAt, overloaded, reason, cause } = setback;
    limits.failed(sentAt, overloaded);
    options.onRetry?.({ doing: `writing to ${job.generation}`, reason, failures: limits.failures });
    const stuckMs = job.again(documents, clock.now());
    if (stuckMs <= retryBudgetMs) return;
    const waited = `nothing got through for ${Math.round(stuckMs / 1000)} s, last: ${reason}`;
    job.fail({ fault: 'transient', reason: waited, cause });
  }
}

interface Setback {
  /** When the bulk was sent, by the clock. */
  readonly sentAt: number;
  /** The server asked for less, rather than being away. */
  readonly overloaded: boolean;
  readonly reason: string;
  readonly cause?: unknown;
}

function errorOf(job: WriteJob, { fault, reason, cause }: WriteFailure): unknown {
  if (fault === 'other') return cause;
  const message =
    `Writing to ${job.generation} stopped: ${reason}. Of ${job.total} documents ${job.total - job.acknowledged} are not ` +
    `known to be written; the others stay written, and sending all of them again is safe. ${remedyFor(fault, reason, job.generation)}`;
  return new DependencyError('elasticsearch', message, {
    retryable: fault !== 'denied',
    absent: fault === 'absent',
    ...(cause !== undefined && { cause }),
  });
}
