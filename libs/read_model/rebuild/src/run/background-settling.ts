/** Work that is repeated while a build goes on, one at a time, and whose failure is told when the build waits for it. */
export interface BackgroundSettling {
  /** Begins one, unless one is under way. */
  begin(): void;
  /** Waits for the one under way; throws what any of them threw. */
  settled(): Promise<void>;
}

/**
 * Has a store settle a generation beside its build, while it waits for more: at the end only the last part is left to do,
 * where everything at once would keep the gate waiting.
 */
export function backgroundSettling(settle: () => Promise<void>): BackgroundSettling {
  let underWay: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  return {
    begin() {
      underWay ??= settle()
        .catch((error: unknown) => void (failure ??= { error }))
        .finally(() => (underWay = undefined));
    },
    async settled() {
      await underWay;
      if (failure) throw failure.error;
    },
  };
}
