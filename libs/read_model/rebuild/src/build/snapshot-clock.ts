/** How often a half-read slice is written down: at fixed distances, whichever comes first, or as often as costs a share of the time. */
export type SnapshotInterval =
  | { readonly events: number; readonly ms: number }
  /** 0 to 1. What would have to be read again is then in proportion to what saving it costs, whatever the size of the log. */
  | { readonly share: number };

/** What the first snapshot of a slice is believed to cost, in milliseconds, until there is one to measure. */
const believedCostMs = 25;

/**
 * Decides when the next snapshot of a slice is due. Times are milliseconds of one monotonic clock.
 *
 * The end of a slice is the best place: its documents are still to be written then, for about as long as it was read. So a
 * share of the time is spent there rather than shortly before.
 */
export class SnapshotClock {
  #events = 0;
  #savedAt: number;
  #costMs = believedCostMs;

  constructor(
    private readonly interval: SnapshotInterval,
    private readonly startedAt: number,
  ) {
    this.#savedAt = startedAt;
  }

  /**
   * Counts folded events and returns whether to save them now.
   * @param share of the slice that has been read since the clock started, above 0 and up to 1
   */
  isDue(events: number, share: number, now: number): boolean {
    this.#events += events;
    const sinceMs = now - this.#savedAt;
    if (!('share' in this.interval)) {
      const enough = share >= 1 ? 0.5 : 1;
      return this.#events >= this.interval.events * enough || sinceMs >= this.interval.ms * enough;
    }
    const everyMs = this.#costMs / this.interval.share;
    if (share >= 1) return sinceMs >= everyMs / 4;
    const leftMs = (now - this.startedAt) * (1 / share - 1);
    return sinceMs >= everyMs && leftMs >= everyMs / 2;
  }

  /** Takes note of a snapshot, or of an attempt at one. */
  saved(begunAt: number, now: number): void {
    this.#events = 0;
    this.#savedAt = now;
    this.#costMs = now - begunAt;
  }
}
