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

/** A terminal sends ^C to every process of a command, and npm and Nx hand on to their child what they got themselves. */
const echoMs = 300;

/**
 * Turns SIGINT and SIGTERM into an abort. The second signal ends the process at once with 130 or 143 (128 + the signal's
 * number, as shells report it); whatever was not saved by then is done again by the next run.
 *
 * @param options.echoMs the same signal so soon after the first one, in milliseconds, is that one heard twice
 */
export function shutdownSignal(options: { readonly echoMs?: number } = {}): ShutdownSignal {
  const controller = new AbortController();
  let first: { readonly name: ShutdownSignalName; readonly at: number } | undefined;
  const onSignal = (name: ShutdownSignalName): void => {
    if (first === undefined) {
      first = { name, at: performance.now() };
      controller.abort(new Error(`received ${name}`));
    } else if (name !== first.name || performance.now() - first.at >= (options.echoMs ?? echoMs)) {
      process.exit(exitCodes[name]);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    received: () => first?.name,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
