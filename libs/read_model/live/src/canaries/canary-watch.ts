import { setTimeout as delay } from 'node:timers/promises';
import type { PassedCanaries } from '@reprise/read-model-feed';
import type { CanaryStore, Generation } from '@reprise/read-model-indices';
import type { Logger } from '@reprise/runtime';
import type { CanaryMetrics } from './canary-metrics.ts';

export interface CanaryWatchInput {
  /** Where canaries of a projection are kept; undefined for a store that keeps none. */
  readonly storeOf: (projection: string) => CanaryStore | undefined;
  readonly metrics: CanaryMetrics;
  readonly logger: Logger;
  /** The wall clock, in milliseconds since the epoch: that of the writer, give or take how well both are set. */
  readonly now: () => number;
  /** Between two looks, in milliseconds. Default 50. */
  readonly lookMs?: number;
  /** After so long a canary counts as found, and as late as that, in milliseconds. Default one minute. */
  readonly patienceMs?: number;
}

type Sent = PassedCanaries['canaries'][number];

/**
 * Looks for canaries in what readers use: for each one that the live generation was fed, keeps a mark beside the generation, and
 * measures until the mark is found by its id, then by a search. It never holds the feed up, and a fault of a store costs a
 * measurement, nothing else. Canaries that come while one of their partition is looked for are measured with the next look.
 */
export class CanaryWatch {
  readonly #input: CanaryWatchInput;
  readonly #stop = new AbortController();
  /** Canaries that wait, by generation and partition, while earlier ones are looked for. */
  readonly #waiting = new Map<string, Sent[]>();
  readonly #looking = new Set<Promise<void>>();

  constructor(input: CanaryWatchInput) {
    this.#input = input;
  }

  /** Called for every generation; only those that readers use are looked at. Never throws. */
  readonly passed = ({ generation, partition, canaries }: PassedCanaries): void => {
    const store = this.#input.storeOf(generation.projection);
    if (generation.state !== 'LIVE' || store === undefined || this.#stop.signal.aborted) return;
    const key = `${generation.uuid} ${partition}`;
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) return void waiting.push(...canaries);
    this.#waiting.set(key, [...canaries]);
    const looking = this.#lookForAll(key, store, generation, partition).finally(() => {
      this.#waiting.delete(key);
      this.#looking.delete(looking);
    });
    this.#looking.add(looking);
  };

  /** Stops looking; what is not found by then is not measured. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#looking);
  }

  async #lookForAll(
    key: string,
    store: CanaryStore,
    generation: Generation,
    partition: number,
  ): Promise<void> {
    const { metrics, logger } = this.#input;
    for (;;) {
      const canaries = this.#waiting.get(key)!.splice(0);
      if (canaries.length === 0 || this.#stop.signal.aborted) return;
      try {
        await this.#lookFor(store, generation, partition, canaries);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        metrics.failed(generation.projection);
        logger.warn(
          { err: error, generation: generation.name, partition },
          'a canary could not be looked for; what users wrote is not affected',
        );
      }
    }
  }

  async #lookFor(
    store: CanaryStore,
    { name, projection }: Generation,
    partition: number,
    canaries: readonly Sent[],
  ): Promise<void> {
    const { metrics, now } = this.#input;
    const newest = canaries.at(-1)!;
    const ages = () => canaries.map(({ sentAt }) => Math.max(0, now() - Date.parse(sentAt)) / 1_000);
    await store.write(name, { partition, ...newest });
    await this.#until(async () => (await store.find(name, partition))?.offset ?? -1n, newest.offset);
    metrics.readable(projection, partition, ages());
    await this.#until(async () => {
      const found = await store.search(name);
      return found.find((mark) => mark.partition === partition)?.offset ?? -1n;
    }, newest.offset);
    metrics.searchable(projection, partition, ages());
  }

  /** Looks until something at least as late is found, or patience ends. @throws the stop's reason */
  async #until(look: () => Promise<bigint>, offset: bigint): Promise<void> {
    const { lookMs = 50, patienceMs = 60_000 } = this.#input;
    const deadline = performance.now() + patienceMs;
    while ((await look()) < offset && performance.now() < deadline)
      await delay(lookMs, undefined, { signal: this.#stop.signal });
  }
}
