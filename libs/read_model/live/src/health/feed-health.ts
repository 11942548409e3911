/** Which partitions stand still and why, for the readiness check. */
export class FeedHealth {
  readonly #failing = new Map<number, { readonly reason: string; readonly attempts: number }>();
  #standstill: string | undefined = 'the feed has not started yet';
  /** The server that is asked for what the feed needs, and the one whose failure is the reason. */
  #asked: string | undefined;
  #failed: string | undefined;
  #unfollowed: string | undefined;
  #unfed: readonly string[] = [];
  readonly #onFed: () => void;

  /** @param onFed called whenever its partitions begin to be read where they have to be */
  constructor(onFed: () => void = () => undefined) {
    this.#onFed = onFed;
  }

  /** Only these partitions are this process's business now, and they are read where they have to be. */
  positioned(partitions: readonly number[]): void {
    this.#standstill = this.#failed = undefined;
    for (const partition of this.#failing.keys())
      if (!partitions.includes(partition)) this.#failing.delete(partition);
    this.#onFed();
  }

  /** The server is asked for what the feed needs before it can start. Its last failure says more than that, until it answers. */
  asking(server: string): void {
    this.#asked = server;
    if (this.#failed === server) return;
    this.#failed = undefined;
    this.#standstill = `the feed has not started yet: ${server} has not answered yet`;
  }

  /** What the feed needs before it can start is not there. */
  waiting(error: unknown): void {
    this.#failed = this.#asked;
    this.#standstill = `the feed has not started yet: ${messageOf(error)}`;
  }

  /** Nothing is fed any more, because that was asked for. */
  stopped(): void {
    this.#standstill = 'the feed was stopped';
  }

  /** The registry and the stores of what it names could be looked at, or could not: then new generations are not taken on. */
  followed(error?: unknown): void {
    this.#unfollowed =
      error === undefined ? undefined : `generations cannot be followed: ${messageOf(error)}`;
  }

  /** Readers are on generations that nobody feeds, in a sentence each. */
  readersUnfed(sentences: readonly string[]): void {
    this.#unfed = sentences;
  }

  unpositioned(error: unknown): void {
    this.#standstill = `positions could not be read: ${messageOf(error)}`;
  }

  /** @returns how often in a row the partition failed, this time included */
  failing(partition: number, error: unknown): number {
    const attempts = (this.#failing.get(partition)?.attempts ?? 0) + 1;
    this.#failing.set(partition, { reason: messageOf(error), attempts });
    return attempts;
  }

  recovered(partition: number): void {
    this.#failing.delete(partition);
  }

  /** @throws Error naming the partitions that stand still, and the read models that nobody feeds */
  async assertFeeding(): Promise<void> {
    if (this.#standstill !== undefined) throw new Error(this.#standstill);
    const still = [...this.#failing].map(
      ([partition, { reason }]) => `partition ${partition} stands still: ${reason}`,
    );
    if (this.#unfollowed !== undefined) still.push(this.#unfollowed);
    still.push(...this.#unfed);
    if (still.length > 0) throw new Error(still.join('; '));
    return Promise.resolve();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
