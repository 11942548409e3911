/** A server fault that is being waited out, for the user to see. */
export interface Retry {
  readonly doing: string;
  readonly reason: string;
  /** Failures in a row so far. */
  readonly failures: number;
}

/** A fault is the cause of a stall for so long after it was heard of. */
const freshMs = 30_000;
/** Work that has not failed for so long has recovered; its next fault is reported again. */
const recoveredAfterMs = 30_000;
/** Different reasons reported for one kind of work until it recovers. */
const reasonsReported = 5;

/**
 * What servers fail with while a run waits for them: each reason is reported once for each kind of work, until that work has
 * recovered, so that an outage of an hour is one line. The last fault is kept as the cause of a stall.
 */
export class FaultLog {
  readonly #now: () => number;
  readonly #episodes = new Map<string, { lastAt: number; readonly reasons: Set<string> }>();
  #latest: { readonly at: number; readonly text: string } | undefined;
  #listener: ((line: string) => void) | undefined;

  /** @param now monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @returns ends the listening */
  listen(listener: (line: string) => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  readonly retried = ({ doing, reason, failures }: Retry): void => {
    const times = failures > 1 ? ` (${failures} failures in a row)` : '';
    this.#heard(doing, reason, `${doing}: ${reason}${times}`);
  };

  /** @param doing the kind of work; each text is reported once until it has recovered */
  note(doing: string, text: string): void {
    this.#heard(doing, text, text);
  }

  #heard(doing: string, reason: string, text: string): void {
    const at = this.#now();
    this.#latest = { at, text };
    let episode = this.#episodes.get(doing);
    if (!episode || at - episode.lastAt > recoveredAfterMs) {
      episode = { lastAt: at, reasons: new Set() };
      this.#episodes.set(doing, episode);
    }
    episode.lastAt = at;
    if (episode.reasons.has(reason) || episode.reasons.size >= reasonsReported) return;
    episode.reasons.add(reason);
    this.#listener?.(`waiting and trying again: ${text}`);
  }

  /** The last fault, unless it was too long ago to explain anything now. */
  readonly latest = (): string | undefined => {
    if (this.#latest === undefined || this.#now() - this.#latest.at > freshMs) return undefined;
    return this.#latest.text;
  };
}
