/** What a writer did. */
export interface WriteReport {
  readonly products: number;
  readonly events: number;
  readonly milliseconds: number;
  readonly eventsPerSecond: number;
}

export interface WriteOptions {
  /** Stops between two batches or requests; what was written until then stays. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then with the number of events written so far. */
  readonly onProgress?: ((written: number) => void) | undefined;
}

/** Counts what is written and measures the time from its making to `report`. */
export class WriteMeter {
  readonly #startedAt = performance.now();
  readonly #onProgress: WriteOptions['onProgress'];
  #products = 0;
  #events = 0;

  constructor(onProgress: WriteOptions['onProgress']) {
    this.#onProgress = onProgress;
  }

  get events(): number {
    return this.#events;
  }

  add(events: number, products: number): void {
    this.#events += events;
    this.#products += products;
    this.#onProgress?.(this.#events);
  }

  report(): WriteReport {
    const milliseconds = Math.round(performance.now() - this.#startedAt);
    return {
      products: this.#products,
      events: this.#events,
      milliseconds,
      eventsPerSecond: Math.round((this.#events / Math.max(milliseconds, 1)) * 1_000),
    };
  }
}
