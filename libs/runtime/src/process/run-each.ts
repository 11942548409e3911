import { setTimeout as delay } from 'node:timers/promises';

/** One of several pieces of work that a process does at the same time, for as long as it runs. */
export interface Part {
  /** Works until the signal aborts. It may be called again after it threw. */
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Called with what it threw when the others continue and it is tried again after a while. */
  readonly onStopped: (error: unknown) => void;
}

/**
 * Runs all parts until the signal aborts. One that throws does not stop the others: it is run again after a while.
 *
 * @param pauseMs how long a part that threw is left alone, in milliseconds
 * @throws what the last one threw, when none runs any more; all have ended by then
 */
export async function runEach(parts: readonly Part[], signal: AbortSignal, pauseMs = 10_000): Promise<void> {
  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  const stopped = new Set<Part>();
  let thrown: { readonly error: unknown } | undefined;

  const keepRunning = async (part: Part): Promise<void> => {
    while (!ends.aborted) {
      try {
        await part.run(ends);
        return;
      } catch (error) {
        stopped.add(part);
        if (stopped.size === parts.length) {
          thrown ??= { error };
          failed.abort();
          return;
        }
        part.onStopped(error);
        await delay(pauseMs, undefined, { signal: ends }).catch(() => undefined);
        stopped.delete(part);
      }
    }
  };
  await Promise.all(parts.map(keepRunning));
  if (thrown) throw thrown.error;
}
