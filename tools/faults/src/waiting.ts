import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** What is waited for will never come. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
}

/**
 * Repeats `look` until it passes and returns its value; whatever it throws counts as "not yet".
 * @throws GivenUp as soon as `look` does; Error with the last failure when the time (60 s unless given) is over
 */
export async function eventually<T>(look: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeoutMs = 60_000, intervalMs = 50 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      if (performance.now() < deadline) {
        await delay(intervalMs);
        continue;
      }
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`Still not so after ${timeoutMs} ms: ${why}`, { cause: error });
    }
  }
}

/** Fails with `message` unless `condition` holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless both are the same as JSON; the message shows the beginning of both. */
export function checkSame(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one === other) return;
  throw new Error(`${what}: ${cut(one)} where ${cut(other)} was expected`);
}

function cut(text: string | undefined): string {
  return text === undefined || text.length <= 600 ? String(text) : `${text.slice(0, 600)}...`;
}

/** Something that runs until it is stopped; stopping returns what it has recorded. */
export interface Ongoing<T> {
  stop(): Promise<T>;
}

/** Runs `round` every `everyMs` until stopped, or until what it looks at has ended. What a round throws ends it and comes out of `stop`. */
export function repeat<T>(
  everyMs: number,
  round: () => Promise<void>,
  result: () => T,
  ended: AbortSignal,
): Ongoing<T> {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted && !ended.aborted) {
      const begun = performance.now();
      await round();
      const left = everyMs - (performance.now() - begun);
      if (left > 0) await delay(left, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  running.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      await running;
      return result();
    },
  };
}
