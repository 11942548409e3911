/** The signals that ask this program to end. */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type StopSignal = (typeof stopSignals)[number];

const parentCheckMs = 500;

/**
 * Calls `handler` for every stop signal, instead of the default that ends the process at once. npm answers SIGTERM by ending
 * the shell it put between itself and its script, which then never hears of it: the loss of that parent counts as SIGTERM.
 * @returns a function that takes the handlers off again.
 */
export function onStopSignal(
  handler: (signal: StopSignal) => void,
  env: NodeJS.ProcessEnv = process.env,
): () => void {
  for (const signal of stopSignals) process.on(signal, handler);
  const parent = process.ppid;
  const watch =
    env['npm_lifecycle_event'] === undefined
      ? undefined
      : setInterval(() => {
          if (process.ppid === parent) return;
          clearInterval(watch);
          handler('SIGTERM');
        }, parentCheckMs).unref();
  return () => {
    clearInterval(watch);
    for (const signal of stopSignals) process.off(signal, handler);
  };
}
