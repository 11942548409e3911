/** Work that is repeated during a build, one at a time. */
export interface BackgroundSettling {
  /** Begins one, unless one is under way. */
  begin(): void;
  /** Waits for the one under way, however it ends. */
  settled(): Promise<void>;
}

/**
 * Lets a store settle a generation during its build, so that only the last part is left for the end, where doing everything
 * at once would delay the gate. Failures are reported and left to the end of the build.
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
