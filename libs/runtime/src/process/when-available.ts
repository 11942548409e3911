import { setTimeout as delay } from 'node:timers/promises';
import { untilAborted } from './run-service.ts';

export interface WaitingOptions {
  readonly signal: AbortSignal;
  /** Whether a failure may pass without anybody changing this process or its settings. */
  readonly passes: (error: unknown) => boolean;
  /** Called with every failure that is waited out. */
  readonly onWaiting: (error: unknown) => void;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
}

/**
 * Retries what a service needs before it can work, for as long as it may still appear: servers start in any order, and a
 * process that exited because of it would only be restarted. Pauses grow and are never the same for two processes.
 *
 * @returns undefined when the signal aborted first; an attempt under way is left then
 * @throws whatever an attempt fails with that does not pass
 */
export async function whenAvailable<T>(
  attempt: () => Promise<T>,
  { signal, passes, onWaiting, firstPauseMs = 250, longestPauseMs = 10_000 }: WaitingOptions,
): Promise<{ readonly value: T } | undefined> {
  const aborted = untilAborted(signal).then(() => undefined);
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const attempted = attempt().then((value) => ({ value }));
      return await Promise.race([attempted, aborted]);
    } catch (error) {
      if (!passes(error)) throw error;
      onWaiting(error);
      const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));
      await delay(bound / 2 + Math.random() * (bound / 2), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}
