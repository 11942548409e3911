import type { Logger } from '@reprise/runtime';
import { loggedTelemetry } from '../metrics/telemetry.ts';
import type { RelayedContext } from '../relay-contexts.ts';
import { Relay } from '../relay/relay.ts';
import { describe, drainToEnd, exitCodes, type OnceOptions, type OnceSummary } from './drain-to-end.ts';
import { RecordedRelease } from './recorded-release.ts';

export interface DrainOptions extends OnceOptions {
  /** Whether the summary is one JSON document. */
  readonly json: boolean;
  /** Who the operator says to be (`REPRISE_ACTOR`), for the audit. */
  readonly actor: string | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** The signal of the process that made `signal` abort, if one did. */
  readonly received: () => 'SIGINT' | 'SIGTERM' | undefined;
  /** Writes the summary. */
  readonly stdout: (text: string) => void;
}

/**
 * Drains every outbox at the same time, once, and writes a summary of each.
 *
 * @returns the exit code: of the first context, in their order, that has another one than 0
 */
export async function drainOutboxes(
  contexts: readonly RelayedContext[],
  options: DrainOptions,
): Promise<number> {
  const drained = await Promise.all(
    contexts.map(async (context) => ({
      context: context.name,
      summary: await drainContext(context, options),
    })),
  );
  options.stdout(`${options.json ? asJson(drained) : asText(drained, options)}\n`);
  const codes = drained.map(({ summary }) => exitCodeOf(summary, options));
  return codes.find((code) => code !== 0) ?? 0;
}

function exitCodeOf({ outcome }: OnceSummary, { received }: DrainOptions): number {
  if (outcome === 'interrupted') return received() === 'SIGINT' ? 130 : 143;
  return exitCodes[outcome];
}

async function drainContext({ name, settings }: RelayedContext, options: DrainOptions): Promise<OnceSummary> {
  const own = options.logger.child({ context: name });
  const logged = loggedTelemetry(own);
  let published = 0;
  const batch = (messages: number): void => {
    published += messages;
    logged.batch(messages);
  };
  const relay = new Relay(settings, own, { ...logged, batch });
  const release = options.releaseParked ? new RecordedRelease(name, options.actor) : undefined;
  try {
    const summary = await drainToEnd(relay, options, release, () => published, options.signal);
    const outcome = { exitCode: exitCodeOf(summary, options), message: summary.problem, receipt: summary };
    await release?.ended(relay.outbox, outcome).catch((error: unknown) => {
      own.warn({ err: error }, 'the audit lacks how this ended');
    });
    return summary;
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
