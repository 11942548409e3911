/** How often a half-read slice is written down: at fixed distances, whichever comes first, or as often as costs a share of the time. */
export type SnapshotInterval =
  | { readonly events: number; readonly ms: number }
  /** 0 to 1. What would have to be read again is then in proportion to what saving it costs, whatever the size of the log. */
  | { readonly share: number };

/** What the first snapshot of a slice is believed to cost, in milliseconds, until there is one to measure. */
const believedCostMs = 25;

/** Tells when the next snapshot of a slice is due. Times are milliseconds of one clock that never goes back. */
export class SnapshotClock {
  #events = 0;
  #savedAt: number;
  #costMs = believedCostMs;

  constructor(
    private readonly interval: SnapshotInterval,
    startedAt: number,
  ) {
    this.#savedAt = startedAt;
  }

  /** Counts events that were folded, and tells whether to write them down now. */
  isDue(events: number, now: number): boolean {
    this.#events += events;
    const sinceMs = now - this.#savedAt;
    if ('share' in this.interval) return sinceMs * this.interval.share >= this.#costMs;
    return this.#events >= this.interval.events || sinceMs >= this.interval.ms;
  }

  /** Takes note of a snapshot, or of an attempt at one. */
  saved(begunAt: number, now: number): void {
    this.#events = 0;
    this.#savedAt = now;
    this.#costMs = now - begunAt;
  }
}
