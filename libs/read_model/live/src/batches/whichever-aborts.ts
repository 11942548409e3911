export interface EitherSignal {
  readonly signal: AbortSignal;
  /** Lets go of both; the signal aborts no more. */
  release(): void;
}

/**
 * A signal for a short piece of work in a long life. `AbortSignal.any` keeps what listens to it for as long as its longest-living
 * source (Node 24): over days, one signal for every batch.
 */
export function whicheverAborts(...sources: readonly AbortSignal[]): EitherSignal {
  const either = new AbortController();
  const abort = ({ target }: Event): void => either.abort((target as AbortSignal).reason);
  for (const source of sources) {
    if (source.aborted) either.abort(source.reason);
    else source.addEventListener('abort', abort, { once: true });
  }
  return {
    signal: either.signal,
    release: () => {
      for (const source of sources) source.removeEventListener('abort', abort);
    },
  };
}
