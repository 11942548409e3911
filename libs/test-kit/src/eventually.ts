import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long something is waited for that happens at once on a quiet machine. A bound against hanging: a test that passes pays
 * nothing for it. It is below the time that Jest gives a test, so that a failure shows what was waited for.
 */
export const patienceMs = 90_000;

export interface EventuallyOptions {
  /** Milliseconds until it fails. Default {@link patienceMs}. */
  readonly timeoutMs?: number;
  /** Milliseconds between attempts. Default 50. */
  readonly intervalMs?: number;
}

/**
 * Runs `assertion` until it passes and returns its value. Anything it throws counts as "not yet".
 *
 * @throws Error with the last failure as its message and cause when the time is over
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = patienceMs, intervalMs = 50 } = options;
  const deadline = performance.now() + timeoutMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() >= deadline) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(
          `Still not so after ${timeoutMs} ms and ${attempts} attempts. The last failure: ${reason}`,
          {
            cause: error,
          },
        );
      }
    }
    await sleep(intervalMs);
  }
}
