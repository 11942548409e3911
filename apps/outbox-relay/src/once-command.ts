import { drainOutboxes, exitCodes, type DrainOptions, type RelayedContext } from '@reprise/relay';
import {
  ConfigurationError,
  createLogger,
  printableJson,
  printableLines,
  shutdownSignal,
} from '@reprise/runtime';

/**
 * The `--once` mode: drains every context at the same time, prints the summaries on stdout and logs on stderr.
 *
 * @returns the exit code
 */
export async function runOnce(
  contexts: () => Promise<readonly RelayedContext[]>,
  options: Pick<DrainOptions, 'timeoutMs' | 'releaseParked' | 'json'>,
): Promise<number> {
  const { signal, received, dispose } = shutdownSignal();
  try {
    const logger = createLogger('outbox-relay', { destination: 'stderr' });
    const stdout = (text: string): void =>
      void process.stdout.write(options.json ? printableJson(text) : printableLines(text));
    const own = { actor: process.env['REPRISE_ACTOR'], logger, signal, received, stdout };
    return await drainOutboxes(await contexts(), { ...options, ...own });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${printableLines(error.message)}\n`);
    return exitCodes.misconfigured;
  } finally {
    dispose();
  }
}
