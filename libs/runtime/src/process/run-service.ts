import { ConfigurationError } from '../configuration/configuration-error.ts';
import { createLogger, type Logger } from '../logging/logger.ts';
import { outliveReaders } from '../logging/output.ts';
import { shutdownSignal } from './shutdown-signal.ts';

export interface ServiceContext {
  readonly logger: Logger;
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * The frame of a long-running process: makes its logger, turns signals into an abort, and ends the process with 0 when `body`
 * returned, 1 when it threw. `body` serves until `signal` aborts and releases what it holds before it returns.
 */
export async function runService(
  name: string,
  body: (context: ServiceContext) => Promise<void>,
): Promise<void> {
  outliveReaders();
  const shutdown = shutdownSignal();
  let logger: Logger | undefined;
  try {
    logger = createLogger(name);
    await body({ logger, signal: shutdown.signal });
    logger.info({ signal: shutdown.received() }, 'stopped');
    process.exit(0);
  } catch (error) {
    report(logger ?? createLogger(name, { level: 'info' }), error);
    process.exit(1);
  }
}

function report(logger: Logger, error: unknown): void {
  if (error instanceof ConfigurationError) logger.fatal({ problems: error.problems }, error.message);
  else logger.fatal({ err: error }, 'stopped by an error');
}

/** Resolves when the signal aborts. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
