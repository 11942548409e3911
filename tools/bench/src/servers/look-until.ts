import { setTimeout as delay } from 'node:timers/promises';

export interface Looking<T> {
  /** What is waited for, as the end of a sentence: "every event is published". */
  readonly until: string;
  readonly look: () => Promise<T>;
  readonly done: (seen: T) => boolean;
  readonly signal: AbortSignal;
  /** Pause between two looks in milliseconds. Default 20. */
  readonly everyMs?: number;
}

/** Longest time in which nothing that is looked at changes. */
const stallMs = 60_000;

/**
 * Looks again and again until what is seen is what is waited for.
 * @throws Error when nothing changes for a minute; the signal's reason when it aborts
 */
export async function lookUntil<T>({ until, look, done, signal, everyMs = 20 }: Looking<T>): Promise<T> {
  let last = '';
  let changedAt = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const seen = await look();
    if (done(seen)) return seen;
    const text = JSON.stringify(seen);
    if (text !== last) changedAt = performance.now();
    last = text;
    if (performance.now() - changedAt > stallMs)
      throw new Error(`Nothing moved for ${stallMs / 1000} s while waiting until ${until}: ${text}`);
    await delay(everyMs);
  }
}
