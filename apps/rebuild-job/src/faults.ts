/** A fault of a server that is being waited out, for whoever watches. */
export interface Retry {
  readonly doing: string;
  readonly reason: string;
  /** Failures in a row so far. */
  readonly failures: number;
}

/** A fault is the cause of a stall for so long after it was heard of. */
const freshMs = 30_000;
/** The same work is told of no more often than this. */
const tellEveryMs = 5_000;

/**
 * What servers were heard to fail with while it was waited for them: told to whoever listens, a line every few seconds for
 * each kind of work, and remembered as the cause of a stall.
 */
export class FaultLog {
  readonly #now: () => number;
  readonly #toldAt = new Map<string, number>();
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
    this.note(doing, `${doing}: ${reason}${failures > 1 ? ` (${failures} failures in a row)` : ''}`);
  };

  /** @param doing the kind of work, of which a line is told every few seconds only */
  note(doing: string, text: string): void {
    const at = this.#now();
    this.#latest = { at, text };
    if (at - (this.#toldAt.get(doing) ?? -Infinity) < tellEveryMs) return;
    this.#toldAt.set(doing, at);
    this.#listener?.(`waiting and trying again: ${text}`);
  }

  /** The last fault, unless it was too long ago to explain anything now. */
  readonly latest = (): string | undefined => {
    if (this.#latest === undefined || this.#now() - this.#latest.at > freshMs) return undefined;
    return this.#latest.text;
  };
}
