import type { PartitionBatch } from '@reprise/read-model-feed';
import { untilAborted, type Logger } from '@reprise/runtime';
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { PartitionReading } from './partition-reading.ts';
import { whicheverAborts } from './whichever-aborts.ts';

/** What the handler of a batch asks for after it. */
export type BatchVerdict =
  | { readonly verdict: 'next' }
  /** Resume reading this partition at `offset`, before or after the batch. */
  | { readonly verdict: 'read-from'; readonly offset: bigint }
  /** Deliver the batch again after a while; the other partitions continue meanwhile. */
  | { readonly verdict: 'retry'; readonly afterMs: number }
  /** Nothing can take records now; deliver nothing more of this partition until `readFrom` is called. */
  | { readonly verdict: 'pause' };

/** A batch as its handler gets it. */
export interface BatchMessage {
  readonly batch: PartitionBatch;
  /** Aborts when the partition is taken away or the process stops: the batch must not be worked on any longer. */
  readonly signal: AbortSignal;
}

export interface PartitionBatchesOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly logger: Logger;
  /** Called with one batch of a partition after the other and the end the partition had when it was fetched, and waited for. */
  readonly handle: (message: BatchMessage, end: bigint) => Promise<BatchVerdict>;
  /** Called when partitions were assigned, before their batches, and again until it succeeds; returns where to read each. */
  readonly onAssigned: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  /** Called with the reason why the partitions just assigned cannot be read yet. */
  readonly onUnpositioned: (error: unknown) => void;
  /** Called when the log no longer holds the records that some generation needs next. */
  readonly onRecordsGone: (partition: number, needed: bigint, oldest: bigint) => void;
}

/** Partitions that are fed at the same time. */
export const batchesInFlight = 6;

const heartbeatMs = 1_000;
const commitIntervalMs = 2_000;
const recordsGonePauseMs = 5_000;
/** A batch in flight that does not end by then is left: its positions have not moved, so nothing is lost. */
const closeTimeoutMs = 8_000;

/**
 * Hands whole partition batches to one handler and waits for it. The group assigns partitions and shows lag; where a partition is
 * read is decided by `onAssigned` and the handler's verdicts, never by committed offsets.
 */
export class PartitionBatches {
  readonly #options: PartitionBatchesOptions;
  readonly #consumer: Consumer;
  readonly #reading: PartitionReading;
  readonly #closing = new AbortController();
  readonly #crashed = Promise.withResolvers<never>();
  /** Ends of batches nothing was left of, by partition, while they are passed on. */
  readonly #passing = new Map<number, Promise<void>>();
  readonly #reached = new Map<number, bigint>();
  #committing: NodeJS.Timeout | undefined;

  constructor(options: PartitionBatchesOptions) {
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      // Short polls, so that a stop, a pause or a seek takes effect at once.
      maxWaitTimeInMs: 250,
      // The more events of an aggregate are in one batch, the less often its document is read and written.
      maxBytesPerPartition: 4 << 20,
      maxBytes: 24 << 20,
      sessionTimeout: 15_000,
      heartbeatInterval: 2_000,
      retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 200, maxRetryTime: 5_000 },
    });
    this.#reading = new PartitionReading(this.#consumer, options, this.#closing.signal);
    this.#crashed.promise.catch(() => undefined);
  }

  /** Partitions this process holds now. */
  get assigned(): readonly number[] {
    return this.#reading.assigned;
  }

  /** Rejects when the consumer ended for a reason that trying again does not cure. */
  get crashed(): Promise<never> {
    return this.#crashed.promise;
  }

  /** Joins the group and delivers until it is closed. */
  async start(): Promise<void> {
    const { topic } = this.#options;
    const consumer = this.#consumer;
    const { GROUP_JOIN, START_BATCH_PROCESS, CRASH } = consumer.events;
    consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#passing.clear();
      this.#reached.clear();
      this.#reading.assign(payload.memberAssignment[topic] ?? []);
    });
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      const { partition, batchSize, firstOffset, lastOffset, highWatermark } = payload;
      // firstOffset is null, whatever its declaration says, when the broker returned nothing at or after the offset asked for.
      if (batchSize === 0 && (firstOffset as string | null) !== null)
        this.#passOn(
          { partition, from: BigInt(firstOffset), next: BigInt(lastOffset) + 1n, records: [] },
          BigInt(highWatermark),
        );
    });
    consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#crashed.reject(error);
    });
    await consumer.connect();
    // Closed meanwhile, it must not join a group that nobody would leave again.
    if (this.#closing.signal.aborted) return consumer.disconnect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: batchesInFlight,
      eachBatch: (payload) => this.#deliver(payload),
    });
    if (this.#closing.signal.aborted) return consumer.disconnect();
    this.#committing = setInterval(() => void this.#commit(), commitIntervalMs);
  }

  /** Aborts the signal of the batches in flight, and leaves the group once they have ended. */
  async close(): Promise<void> {
    clearInterval(this.#committing);
    await this.#commit();
    this.#closing.abort();
    const disconnected = this.#consumer.disconnect();
    await Promise.race([disconnected, untilAborted(AbortSignal.timeout(closeTimeoutMs))]);
  }

  /** Resumes reading a partition at an offset; delivers it again if it was paused. */
  readFrom(partition: number, offset: bigint): void {
    this.#reading.readFrom(partition, offset);
  }

  async #deliver({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    const { partition } = batch;
    const lost = new AbortController();
    const heartbeats = setInterval(() => {
      heartbeat().catch((error: unknown) => lost.abort(error));
    }, heartbeatMs);
    const { signal, release } = whicheverAborts(lost.signal, this.#closing.signal);
    const isWanted = () => isRunning() && !isStale() && !signal.aborted;
    try {
      await Promise.race([
        Promise.all([this.#reading.positioned, this.#passing.get(partition)]),
        untilAborted(signal),
      ]);
      // Thrown, it makes kafkajs join its group again.
      lost.signal.throwIfAborted();
      if (!isWanted()) return;
      const from = fetchedOffsetOf(batch);
      const next = BigInt(batch.lastOffset()) + 1n;
      const records = batch.messages.map(({ offset, key, value, headers = {}, timestamp }) => ({
        ...{ offset: BigInt(offset), key, value, headers, timestamp },
      }));
      const fetched = { partition, from, next, records };
      const result = await this.#options.handle({ batch: fetched, signal }, BigInt(batch.highWatermark));
      lost.signal.throwIfAborted();
      // A seek that came meanwhile says where to resume; what was fed stays fed.
      if (!isWanted()) return;
      if (result.verdict === 'next') {
        resolveOffset(batch.lastOffset());
        this.#reached.set(partition, next);
        await heartbeat();
      } else this.#obey(result, partition, from);
    } finally {
      clearInterval(heartbeats);
      release();
    }
  }

  #obey(result: Exclude<BatchVerdict, { verdict: 'next' }>, partition: number, from: bigint): void {
    const reading = this.#reading;
    if (result.verdict === 'pause') reading.pause(partition);
    else if (result.verdict === 'retry') reading.readLater(partition, from, result.afterMs);
    else if (result.offset < from && reading.askedFor(partition) === result.offset) {
      this.#options.onRecordsGone(partition, result.offset, from);
      reading.readLater(partition, result.offset, recordsGonePauseMs);
    } else reading.readFrom(partition, result.offset);
  }

  /**
   * A stretch of aborted records and transaction markers never reaches `eachBatch`, yet positions have to move past it: it is
   * handed on as a batch without records, before the next batch of the partition.
   */
  #passOn(batch: PartitionBatch, end: bigint): void {
    const { partition, from } = batch;
    const earlier = Promise.all([this.#reading.positioned, this.#passing.get(partition)]);
    const passed = earlier.then(async () => {
      const signal = this.#closing.signal;
      if (signal.aborted || !this.assigned.includes(partition)) return;
      const result = await this.#options.handle({ batch, signal }, end);
      if (result.verdict !== 'next' && !signal.aborted) this.#obey(result, partition, from);
    });
    this.#passing.set(
      partition,
      passed.catch((error: unknown) => {
        this.#options.logger.warn({ err: error, partition }, 'records without content were not passed on');
      }),
    );
  }

  /** For lag monitoring only: nothing ever reads these offsets back, so a commit that fails is left to the next one. */
  async #commit(): Promise<void> {
    const reached = [...this.#reached].filter(([partition]) => this.assigned.includes(partition));
    if (reached.length === 0) return;
    this.#reached.clear();
    const { topic, logger } = this.#options;
    const offsets = reached.map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    try {
      await Promise.race([
        this.#consumer.commitOffsets(offsets),
        untilAborted(AbortSignal.timeout(commitIntervalMs)),
      ]);
    } catch (error) {
      logger.debug({ err: error }, 'the offsets shown for monitoring were not updated');
    }
  }
}

/** kafkajs keeps the offset a fetch asked for on the batch without declaring it. */
function fetchedOffsetOf(batch: Batch): bigint {
  const { fetchedOffset } = batch as Batch & { readonly fetchedOffset?: string };
  return BigInt(fetchedOffset ?? batch.firstOffset() ?? 0);
}
