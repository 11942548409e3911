import { CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { PartitionBatch } from '@reprise/read-model-feed';
import type { Logger } from '@reprise/runtime';
import type { Batch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { lastValueFrom } from 'rxjs';

/** What a handler tells the transport to do after a batch. */
export type BatchVerdict =
  | { readonly verdict: 'next' }
  /** Go on reading this partition at `offset`, before or after the batch. */
  | { readonly verdict: 'read-from'; readonly offset: bigint }
  /** Nothing can take records now; deliver nothing more of this partition until `resume` is called. */
  | { readonly verdict: 'pause' };

/** A batch as a handler gets it, with what it needs while it takes its time. */
export interface BatchMessage {
  readonly batch: PartitionBatch;
  /** Keeps this member in its group; call it at least every few seconds. */
  readonly heartbeat: () => Promise<void>;
  /** False when the partition was taken away or the process stops: the batch must not be retried any longer. */
  readonly isWanted: () => boolean;
}

export interface PartitionBatchesOptions {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly logger: Logger;
  /** Called when partitions were assigned, before their batches; returns where to read each. */
  readonly onAssigned: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
}

export const partitionBatchPattern = 'product-events.batch';

const commitIntervalMs = 2_000;

/**
 * Nest transport that hands whole partition batches to one event handler and waits for it. The group assigns partitions and
 * shows lag; where a partition is read is decided by `onAssigned` and the handler's verdicts, never by committed offsets.
 */
export class PartitionBatches extends Server implements CustomTransportStrategy {
  readonly #options: PartitionBatchesOptions;
  readonly #consumer: Consumer;
  #assigned: readonly number[] = [];
  #positioned: Promise<void> = Promise.resolve();
  #lastCommit = 0;

  constructor(options: PartitionBatchesOptions) {
    super();
    this.#options = options;
    this.#consumer = options.kafka.consumer({
      groupId: options.groupId,
      // Short polls, so that a stop, a pause or a seek takes effect at once.
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1 << 20,
      sessionTimeout: 15_000,
      heartbeatInterval: 2_000,
      retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 200, maxRetryTime: 5_000 },
    });
  }

  /** Partitions this process holds now. */
  get assigned(): readonly number[] {
    return this.#assigned;
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    const { topic, onAssigned, logger } = this.#options;
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#assigned = [...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b);
      logger.info({ partitions: this.#assigned }, 'partitions assigned');
      this.#positioned = onAssigned(this.#assigned).then((positions) => {
        for (const [partition, offset] of positions) this.readFrom(partition, offset);
      });
      // The handler of the next batch awaits it and meets the error there.
      this.#positioned.catch(() => undefined);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: (payload) => this.#deliver(payload),
      });
      callback();
    } catch (error) {
      callback(error);
    }
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
  }

  /** Goes on reading a partition at an offset; delivers it again if it was paused. */
  readFrom(partition: number, offset: bigint): void {
    const { topic } = this.#options;
    this.#consumer.seek({ topic, partition, offset: String(offset) });
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  on(): never {
    throw new Error('this transport has no events of its own');
  }

  unwrap<T>(): T {
    return this.#consumer as T;
  }

  async #deliver({ batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload): Promise<void> {
    await this.#positioned;
    const next = BigInt(batch.lastOffset()) + 1n;
    const message: BatchMessage = {
      batch: {
        partition: batch.partition,
        from: fetchedOffsetOf(batch),
        next,
        records: batch.messages.map(({ offset, key, value }) => ({ offset: BigInt(offset), key, value })),
      },
      heartbeat,
      isWanted: () => isRunning() && !isStale(),
    };
    const verdict = await this.#handle(message);
    if (verdict.verdict === 'next') {
      resolveOffset(batch.lastOffset());
      await heartbeat();
      await this.#commit(batch.partition, next);
    } else if (verdict.verdict === 'read-from') {
      this.readFrom(batch.partition, verdict.offset);
    } else {
      this.#consumer.pause([{ topic: batch.topic, partitions: [batch.partition] }]);
    }
  }

  async #handle(message: BatchMessage): Promise<BatchVerdict> {
    const handler = this.getHandlerByPattern(partitionBatchPattern);
    if (!handler) throw new Error(`no handler for ${partitionBatchPattern}`);
    return lastValueFrom(this.transformToObservable(await handler(message)));
  }

  /** Commits now and then, for lag monitoring only: nothing ever reads these offsets back. */
  async #commit(partition: number, next: bigint): Promise<void> {
    const now = performance.now();
    if (now - this.#lastCommit < commitIntervalMs) return;
    this.#lastCommit = now;
    await this.#consumer.commitOffsets([{ topic: this.#options.topic, partition, offset: String(next) }]);
  }
}

/** kafkajs keeps the offset a fetch asked for on the batch without declaring it. */
function fetchedOffsetOf(batch: Batch): bigint {
  const { fetchedOffset } = batch as Batch & { readonly fetchedOffset?: string };
  return BigInt(fetchedOffset ?? batch.firstOffset() ?? 0);
}
