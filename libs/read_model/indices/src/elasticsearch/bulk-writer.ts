import { setTimeout as wait } from 'node:timers/promises';
import { errors, type Client } from '@elastic/elasticsearch';
import { DependencyError } from '../errors.ts';
import type { DocumentToWrite, GenerationName, WriteResult } from '../generation.ts';
import type { Bulk } from './bulk-body.ts';
import { BulkLimits, type Clock } from './bulk-limits.ts';
import { bulkFilterPath, classifyBulk, type BulkReply } from './bulk-response.ts';
import { describeError, faultOf, remedyFor } from './faults.ts';
import { InFlightSlots } from './in-flight-slots.ts';
import { writeAliasOf } from './index-definition.ts';
import { WriteJob } from './write-job.ts';

export interface BulkWriterOptions {
  /** Largest body of one bulk request, in bytes. */
  readonly maxBytes?: number;
  /** Most documents of one bulk request. */
  readonly maxDocuments?: number;
  /** Most bulk requests on their way at once, over all concurrent calls. With `maxBytes` it bounds the bytes in flight. */
  readonly maxInFlight?: number;
  /** How long a write goes on without a single document getting through, in milliseconds, before it gives up. */
  readonly retryBudgetMs?: number;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  readonly clock?: Clock;
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
    const job = new WriteJob(documents);
    const inFlight = new Set<Promise<void>>();
    try {
      while (job.failure === undefined && (job.hasNext || inFlight.size > 0)) {
        if (job.hasNext) await dispatch(name, job, inFlight, signal);
        else await Promise.race(inFlight);
      }
    } finally {
      await Promise.all(inFlight);
    }
    signal?.throwIfAborted();
    if (job.failure !== undefined) throw failureOf(name, job);
    return job.result();
  };

  /** Waits until one more bulk may be sent, and sends it without waiting for its answer. */
  async function dispatch(
    name: GenerationName,
    job: WriteJob,
    inFlight: Set<Promise<void>>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const free = await slots.take(signal);
    try {
      while (limits.delay > 0) await clock.sleep(limits.delay, signal);
    } catch (error) {
      free();
      throw error;
    }
    if (job.failure !== undefined) return free();
    const bulk = job.next({ bytes: limits.bytes, documents: maxDocuments });
    const sent: Promise<void> = send(name, job, bulk, signal).finally(() => {
      free();
      inFlight.delete(sent);
    });
    inFlight.add(sent);
  }

  /** Sends one bulk and enters its outcome into the job; never rejects. */
  async function send(name: GenerationName, job: WriteJob, bulk: Bulk, signal: AbortSignal | undefined) {
    const sentAt = clock.now();
    const path = `/${writeAliasOf(name)}/_bulk`;
    const querystring = { require_alias: true, filter_path: bulkFilterPath };
    try {
      const reply = await client.transport.request<BulkReply>(
        { method: 'POST', path, querystring, bulkBody: bulk.body },
        signal === undefined ? { maxRetries: 0 } : { maxRetries: 0, signal },
      );
      const outcome = classifyBulk(bulk.documents, reply, job.unanswered);
      if (outcome === undefined) {
        unanswered(
          job,
          bulk,
          sentAt,
          new errors.DeserializationError('the answer does not fit the request', ''),
        );
        return;
      }
      job.acknowledge(outcome.written, outcome.stale, outcome.rejected);
      if (outcome.fatal !== undefined) job.fail(outcome.fatal);
      else if (outcome.retry.length === 0) limits.accepted();
      else again(job, outcome.retry, sentAt, outcome.overloaded, outcome.retryReason);
    } catch (error) {
      if (signal?.aborted !== true) unanswered(job, bulk, sentAt, error);
    }
  }

  /** The request as a whole failed: refused by the server, or its outcome is unknown. */
  function unanswered(job: WriteJob, bulk: Bulk, sentAt: number, error: unknown): void {
    const status = error instanceof errors.ResponseError ? error.statusCode : undefined;
    const fault = faultOf(error);
    const reason = describeError(error);
    if (status === 413 && bulk.documents.length > 1) {
      again(job, bulk.documents, sentAt, true, reason);
    } else if (status === 413) {
      const { id, version } = bulk.documents[0]!;
      job.acknowledge(0, 0, [
        { id, version, reason: `${bulk.body.length} bytes are too large for the server: ${reason}` },
      ]);
    } else if (fault === 'transient') {
      // A 429 was refused before anything was done; after anything else the bulk may have been applied.
      if (status !== 429) for (const document of bulk.documents) job.unanswered.add(document);
      again(
        job,
        bulk.documents,
        sentAt,
        status === 429 || error instanceof errors.TimeoutError,
        reason,
        error,
      );
    } else {
      job.fail({ fault, reason, cause: error });
    }
  }

  function again(
    job: WriteJob,
    documents: readonly DocumentToWrite[],
    sentAt: number,
    overloaded: boolean,
    reason: string,
    cause?: unknown,
  ): void {
    limits.failed(sentAt, overloaded);
    const stuckMs = job.again(documents, clock.now());
    if (stuckMs <= retryBudgetMs) return;
    const waited = `nothing got through for ${Math.round(stuckMs / 1000)} s, last: ${reason}`;
    job.fail({ fault: 'transient', reason: waited, cause });
  }
}

function failureOf(name: GenerationName, job: WriteJob): unknown {
  const { fault, reason, cause } = job.failure!;
  if (fault === 'other') return cause;
  const message =
    `Writing to ${name} stopped: ${reason}. Of ${job.total} documents ${job.total - job.acknowledged} are not known to be ` +
    `written; the others stay written, and sending all of them again is safe. ${remedyFor(fault)}`;
  return new DependencyError('elasticsearch', message, cause === undefined ? {} : { cause });
}
