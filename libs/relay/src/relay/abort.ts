/** Stops waiting when the signal aborts, and throws its reason. The promise keeps running; its failure is handled. */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

export interface LaterAbort {
  readonly signal: AbortSignal;
  dispose(): void;
}

/** Aborts with `reason` as soon as `signal` has been aborted for `ms` milliseconds, unless it is disposed of before. */
export function abortLater(signal: AbortSignal, ms: number, reason: Error): LaterAbort {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => controller.abort(reason), ms);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  return {
    signal: controller.signal,
    dispose: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', start);
    },
  };
}
