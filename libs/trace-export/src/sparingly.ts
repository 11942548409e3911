/**
 * Lets one call pass and drops the others for a while: a receiver that is away fails with every batch.
 * @param now a clock in milliseconds
 */
export function sparingly(
  pauseMs: number,
  now: () => number,
  say: (sentence: string) => void,
): (sentence: string) => void {
  let silentUntil = Number.NEGATIVE_INFINITY;
  return (sentence) => {
    if (now() < silentUntil) return;
    silentUntil = now() + pauseMs;
    say(sentence);
  };
}
