import type { Writable } from 'node:stream';

/**
 * Ends this process in a second, unless it ends before: only connections to servers that hang could keep one that has said all. It waits
 * for what a reader has not taken yet: beyond Linux, pipes are written in the background.
 *
 * @param outputs what is waited for, as long as somebody may read it
 */
export function exitWhenSaid(outputs: readonly Writable[], exit: () => void, everyMs = 1_000): void {
  setTimeout(() => {
    const isUnsaid = outputs.some(({ destroyed, writableLength }) => !destroyed && writableLength > 0);
    if (isUnsaid) exitWhenSaid(outputs, exit, everyMs);
    else exit();
  }, everyMs).unref();
}
