import { ConfigurationError, createLogger, shutdownSignal, type Logger } from '@reprise/runtime';
import { describe, drainToEnd, exitCodes, type OnceOptions, type OnceSummary } from './once.ts';
import { type RelayedContext } from './relay-contexts.ts';
import { Relay } from './relay.ts';
import { loggedTelemetry } from './telemetry.ts';

/**
 * The `--once` mode: drains every context at the same time, prints the summaries on stdout and logs on stderr.
 *
 * @returns the exit code: of the first context, in their order, that has another one than 0
 */
export async function runOnce(
  contexts: () => Promise<readonly RelayedContext[]>,
  options: OnceOptions & { readonly json: boolean },
): Promise<number> {
  const shutdown = shutdownSignal();
  try {
    const logger = createLogger('outbox-relay', { destination: 'stderr' });
    const drained = await Promise.all(
      (await contexts()).map(async (context) => ({
        context: context.name,
        summary: await drainContext(context, options, logger, shutdown.signal),
      })),
    );
    process.stdout.write(`${options.json ? asJson(drained) : asText(drained, options)}\n`);
    const codes = drained.map(({ summary: { outcome } }) => {
      if (outcome === 'interrupted') return shutdown.received() === 'SIGINT' ? 130 : 143;
      return exitCodes[outcome];
    });
    return codes.find((code) => code !== 0) ?? 0;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.misconfigured;
  } finally {
    shutdown.dispose();
  }
}

async function drainContext(
  { name, settings }: RelayedContext,
  options: OnceOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<OnceSummary> {
  const own = logger.child({ context: name });
  const logged = loggedTelemetry(own);
  let published = 0;
  const batch = (messages: number): void => {
    published += messages;
    logged.batch(messages);
  };
  const relay = new Relay(settings, own, { ...logged, batch });
  try {
    return await drainToEnd(relay, options, () => published, signal);
  } finally {
    await relay.close();
  }
}

interface Drained {
  readonly context: string;
  readonly summary: OnceSummary;
}

/** One document: the summary of the only context, or a list of them. */
function asJson(drained: readonly Drained[]): string {
  const [first, ...others] = drained;
  if (first !== undefined && others.length === 0) return JSON.stringify(first.summary);
  return JSON.stringify(drained.map(({ context, summary }) => ({ context, ...summary })));
}

function asText(drained: readonly Drained[], options: OnceOptions): string {
  const name = (context: string): string => (drained.length === 1 ? '' : `${context}: `);
  return drained.map(({ context, summary }) => `${name(context)}${describe(summary, options)}`).join('\n');
}
