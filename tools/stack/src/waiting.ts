import { setTimeout as delay } from 'node:timers/promises';
import { StackAborted, StackError } from './errors.ts';

/** Waits `milliseconds`; ends early, with StackAborted, when the signal fires. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    if (signal?.aborted) throw new StackAborted();
    throw error;
  }
}

/**
 * Calls `probe` until it returns a value other than undefined, or until `timeoutMs` have passed.
 * A StackError of a probe ends the wait; the last one of any other kind is handed to the caller, for its message.
 */
export async function poll<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: { timeoutMs: number; intervalMs?: number; signal?: AbortSignal },
): Promise<{ ok: true; value: T } | { ok: false; lastError: unknown }> {
  const deadline = performance.now() + options.timeoutMs;
  let lastError: unknown;
  for (;;) {
    if (options.signal?.aborted) throw new StackAborted();
    try {
      const value = await probe();
      if (value !== undefined) return { ok: true, value };
    } catch (error) {
      if (error instanceof StackError) throw error;
      lastError = error;
    }
    if (performance.now() >= deadline) return { ok: false, lastError };
    await pause(options.intervalMs ?? 150, options.signal);
  }
}
