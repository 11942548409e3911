/** Time, chance and waiting, handed in so that tests own them. */
export interface Clock {
  /** Milliseconds that only ever go forward. */
  now(): number;
  /** A number from 0 up to, not including, 1. */
  random(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface BulkLimitOptions {
  readonly maxBytes: number;
  readonly maxInFlight: number;
  /** First delay after a failure, in milliseconds; doubled by every further one. */
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

const smallestBulkBytes = 64 * 1024;
const stepsToFullSize = 16;
const bulksPerLane = 8;

/**
 * How much may be sent at once, learnt from the server's answers: halved when it is overloaded, raised step by step while it
 * accepts (additive increase, multiplicative decrease, as TCP does since Jacobson 1988). Shared by all writers of a store,
 * because they share the server.
 */
export class BulkLimits {
  readonly #options: BulkLimitOptions;
  readonly #clock: Clock;
  #bytes: number;
  #inFlight: number;
  #failures = 0;
  #failedAt = -Infinity;
  #resumeAt = -Infinity;
  #accepted = 0;

  constructor(options: BulkLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#bytes = options.maxBytes;
    this.#inFlight = options.maxInFlight;
  }

  /** Largest body of the next bulk, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bulks that may be on their way at the same time. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Time to wait before the next bulk, in milliseconds; 0 = now. */
  get delay(): number {
    return Math.max(0, this.#resumeAt - this.#clock.now());
  }

  /** Failures since the server last took a bulk whole. */
  get failures(): number {
    return this.#failures;
  }

  /** The server took a bulk whole. */
  accepted(): void {
    this.#failures = 0;
    const { maxBytes, maxInFlight } = this.#options;
    this.#bytes = Math.min(maxBytes, this.#bytes + maxBytes / stepsToFullSize);
    if (++this.#accepted % bulksPerLane === 0) this.#inFlight = Math.min(maxInFlight, this.#inFlight + 1);
  }

  /**
   * A bulk, or part of it, has to be sent again. Of bulks that were on their way together only the first failure counts:
   * they all met the same server in the same state.
   *
   * @param sentAt when the bulk was sent, by the clock
   * @param overloaded whether the server asked for less (429, too large) rather than being away
   */
  failed(sentAt: number, overloaded: boolean): void {
    if (sentAt <= this.#failedAt) return;
    const now = this.#clock.now();
    this.#failedAt = now;
    this.#failures++;
    this.#accepted = 0;
    if (overloaded) {
      this.#bytes = Math.max(Math.min(smallestBulkBytes, this.#options.maxBytes), this.#bytes / 2);
      this.#inFlight = Math.max(1, Math.floor(this.#inFlight / 2));
    }
    const { firstDelayMs, maxDelayMs } = this.#options;
    const delay = Math.min(maxDelayMs, firstDelayMs * 2 ** (this.#failures - 1));
    this.#resumeAt = now + delay / 2 + (this.#clock.random() * delay) / 2;
  }
}
