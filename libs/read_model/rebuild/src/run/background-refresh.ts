/** Work that is repeated while a build goes on, one at a time, and whose failure is told when the build waits for it. */
export interface BackgroundRefresh {
  /** Begins one, unless one is under way. */
  begin(): void;
  /** Waits for the one under way; throws what any of them threw. */
  settled(): Promise<void>;
}

/**
 * Refreshes a generation beside its build, so that the store makes searchable what it was given while it waits for more: at
 * the end only the last part is left to do, where one refresh of everything would keep the gate waiting.
 */
export function backgroundRefresh(refresh: () => Promise<void>): BackgroundRefresh {
  let underWay: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  return {
    begin() {
      underWay ??= refresh()
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => (underWay = undefined));
    },
    async settled() {
      await underWay;
      if (failure) throw failure.error;
    },
  };
}
