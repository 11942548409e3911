/** Measures the work itself: it starts when the contender has everything it needs. */
export interface Stopwatch {
  /** Milliseconds since 1970, the same clock for all processes of the machine. */
  readonly startedAt: number;
  /** Seconds since it was started. */
  seconds(): number;
}

export function startStopwatch(): Stopwatch {
  const begun = performance.now();
  return {
    startedAt: performance.timeOrigin + begun,
    seconds: () => (performance.now() - begun) / 1000,
  };
}
