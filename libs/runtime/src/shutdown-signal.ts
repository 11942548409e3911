export type ShutdownSignalName = 'SIGINT' | 'SIGTERM';

export interface ShutdownSignal {
  /** Aborts at the first SIGINT or SIGTERM; what runs finishes its batch, saves and returns. */
  readonly signal: AbortSignal;
  /** The signal that came, if one did. */
  received(): ShutdownSignalName | undefined;
  /** Gives both signals back to Node's defaults. */
  dispose(): void;
}

const exitCodes: Record<ShutdownSignalName, number> = { SIGINT: 130, SIGTERM: 143 };

/**
 * Turns SIGINT and SIGTERM into an abort. The second signal ends the process at once with 130 or 143 (128 + the signal's
 * number, as shells report it); whatever was not saved by then is done again by the next run.
 */
export function shutdownSignal(): ShutdownSignal {
  const controller = new AbortController();
  let first: ShutdownSignalName | undefined;
  const onSignal = (name: ShutdownSignalName): void => {
    if (first !== undefined) process.exit(exitCodes[name]);
    first = name;
    controller.abort(new Error(`received ${name}`));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    received: () => first,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
