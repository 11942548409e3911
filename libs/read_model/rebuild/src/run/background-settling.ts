/** Work that is repeated while a build goes on, one at a time. */
export interface BackgroundSettling {
  /** Begins one, unless one is under way. */
  begin(): void;
  /** Waits for the one under way, however it ends. */
  settled(): Promise<void>;
}

/**
 * Has a store settle a generation beside its build, while it waits for more: at the end only the last part is left to do,
 * where everything at once would keep the gate waiting. What fails here is told, and left to the end of the build.
 */
export function backgroundSettling(
  settle: () => Promise<void>,
  onFailure: (reason: string) => void,
): BackgroundSettling {
  let underWay: Promise<void> | undefined;
  return {
    begin() {
      underWay ??= settle()
        .catch((error: unknown) => onFailure(error instanceof Error ? error.message : String(error)))
        .finally(() => (underWay = undefined));
    },
    async settled() {
      await underWay;
    },
  };
}
