import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@reprise/runtime';
import type { Consumer } from 'kafkajs';

export interface PartitionReadingOptions {
  readonly topic: string;
  readonly logger: Logger;
  readonly onAssigned: (partitions: readonly number[]) => Promise<ReadonlyMap<number, bigint>>;
  readonly onUnpositioned: (error: unknown) => void;
}

const firstDelayMs = 200;
const longestDelayMs = 5_000;

/** Which partitions are held and where each is read on: seeks, pauses, and reading again after a while. */
export class PartitionReading {
  readonly #consumer: Consumer;
  readonly #options: PartitionReadingOptions;
  readonly #closing: AbortSignal;
  readonly #waiting = new Map<number, NodeJS.Timeout>();
  readonly #asked = new Map<number, bigint>();
  #assigned: readonly number[] = [];
  #positioned: Promise<void> = Promise.resolve();
  #joins = 0;

  constructor(consumer: Consumer, options: PartitionReadingOptions, closing: AbortSignal) {
    this.#consumer = consumer;
    this.#options = options;
    this.#closing = closing;
    closing.addEventListener('abort', () => this.#stopWaiting(), { once: true });
  }

  get assigned(): readonly number[] {
    return this.#assigned;
  }

  /** Resolves when the partitions assigned last are being read where they have to be. Never rejects. */
  get positioned(): Promise<void> {
    return this.#positioned;
  }

  /** The offset that reading this partition was last asked to start from. */
  askedFor(partition: number): bigint | undefined {
    return this.#asked.get(partition);
  }

  assign(partitions: readonly number[]): void {
    this.#assigned = [...partitions].sort((a, b) => a - b);
    this.#stopWaiting();
    this.#asked.clear();
    this.#joins += 1;
    this.#options.logger.info({ partitions: this.#assigned }, 'partitions assigned');
    this.#positioned = this.#position(this.#assigned, this.#joins);
  }

  readFrom(partition: number, offset: bigint): void {
    const { topic } = this.#options;
    clearTimeout(this.#waiting.get(partition));
    this.#waiting.delete(partition);
    // Between two connections there is no consumer to seek; the next assignment asks for all positions anyway.
    if (this.#closing.aborted) return;
    this.#asked.set(partition, offset);
    this.#consumer.seek({ topic, partition, offset: String(offset) });
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  pause(partition: number): void {
    this.#consumer.pause([{ topic: this.#options.topic, partitions: [partition] }]);
  }

  /** Pauses the partition and reads it from `offset` after a while, so that it holds up no other one. */
  readLater(partition: number, offset: bigint, afterMs: number): void {
    this.pause(partition);
    clearTimeout(this.#waiting.get(partition));
    const again = () => {
      try {
        this.readFrom(partition, offset);
      } catch (error) {
        this.#options.logger.debug({ err: error, partition }, 'not reading; the next assignment resumes');
      }
    };
    this.#waiting.set(partition, setTimeout(again, afterMs));
  }

  async #position(partitions: readonly number[], join: number): Promise<void> {
    const { onAssigned, onUnpositioned } = this.#options;
    for (let attempt = 0; join === this.#joins && !this.#closing.aborted; attempt++) {
      try {
        const positions = await onAssigned(partitions);
        if (join !== this.#joins) return;
        for (const [partition, offset] of positions) this.readFrom(partition, offset);
        return;
      } catch (error) {
        onUnpositioned(error);
        const ms = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
        await delay(ms, undefined, { signal: this.#closing }).catch(() => undefined);
      }
    }
  }

  #stopWaiting(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
