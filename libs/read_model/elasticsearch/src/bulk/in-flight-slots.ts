/**
 * Lets a changing number of requests through at a time, first come first served. The limit is asked for whenever a place is
 * wanted or freed, so lowering it takes effect as running requests end.
 */
export class InFlightSlots {
  readonly #limit: () => number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(limit: () => number) {
    this.#limit = limit;
  }

  /** Waits for a place; rejects with the signal's reason when it aborts first. Call the returned function once to free it. */
  async take(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.#taken >= this.#limit() || this.#waiting.length > 0) await this.#turn(signal);
    else this.#taken++;
    let freed = false;
    return () => {
      if (freed) return;
      freed = true;
      this.#taken--;
      this.#admit();
    };
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(admit), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiting.push(admit);
    });
  }

  #admit(): void {
    while (this.#waiting.length > 0 && this.#taken < this.#limit()) {
      this.#taken++;
      this.#waiting.shift()!();
    }
  }
}
