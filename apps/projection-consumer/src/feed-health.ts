/** Which partitions stand still and why, for the readiness check. */
export class FeedHealth {
  readonly #failing = new Map<number, string>();
  #started = false;

  started(): void {
    this.#started = true;
  }

  failing(partition: number, error: unknown): void {
    this.#failing.set(partition, error instanceof Error ? error.message : String(error));
  }

  recovered(partition: number): void {
    this.#failing.delete(partition);
  }

  /** @throws Error naming the partitions that stand still */
  assertFeeding(): Promise<void> {
    const [first] = this.#failing;
    if (first) return Promise.reject(new Error(`partition ${first[0]} stands still: ${first[1]}`));
    return this.#started ? Promise.resolve() : Promise.reject(new Error('the feed has not started yet'));
  }
}
