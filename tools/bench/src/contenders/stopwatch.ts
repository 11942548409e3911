/** Measures the work itself: it starts when the contender has everything it needs. */
export interface Stopwatch {
  /** Seconds since it was started. */
  seconds(): number;
}

export function startStopwatch(): Stopwatch {
  const startedAt = performance.now();
  return { seconds: () => (performance.now() - startedAt) / 1000 };
}
