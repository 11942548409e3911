import { ConfigurationError, createLogger, shutdownSignal } from '@reprise/runtime';
import { describe, drainToEnd, exitCodes, type OnceOptions } from './once.ts';
import { Relay } from './relay.ts';
import { type RelaySettings } from './settings.ts';
import { loggedTelemetry } from './telemetry.ts';

/**
 * The `--once` mode: drains, prints the summary on stdout and logs on stderr.
 *
 * @returns the exit code
 */
export async function runOnce(
  settings: () => RelaySettings,
  options: OnceOptions & { readonly json: boolean },
): Promise<number> {
  const shutdown = shutdownSignal();
  try {
    const logger = createLogger('outbox-relay', { destination: 'stderr' });
    const logged = loggedTelemetry(logger);
    let published = 0;
    const batch = (messages: number): void => {
      published += messages;
      logged.batch(messages);
    };
    const relay = new Relay(settings(), logger, { ...logged, batch });
    const summary = await drainToEnd(relay, options, () => published, shutdown.signal);
    await relay.close();
    process.stdout.write(`${options.json ? JSON.stringify(summary) : describe(summary, options)}\n`);
    if (summary.outcome === 'interrupted') return shutdown.received() === 'SIGINT' ? 130 : 143;
    return exitCodes[summary.outcome];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.misconfigured;
  } finally {
    shutdown.dispose();
  }
}
