import { CommanderError } from 'commander';
import { ReadModelNotMigrated } from '@reprise/read-model-indices';
import { exitCodeOf, exitCodes } from '@reprise/read-model-rebuild';
import { ConfigurationError, shutdownSignal } from '@reprise/runtime';
import { runCommandLine } from './program.ts';

const shutdown = shutdownSignal();
const stderr = (text: string) => void process.stderr.write(text);

try {
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    signal: shutdown.signal,
    received: shutdown.received,
    stdout: (text) => void process.stdout.write(text),
    stderr,
    interactive: process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined,
  });
} catch (error) {
  process.exitCode = exitCodeFor(error);
  if (!(error instanceof CommanderError)) stderr(`${describe(error)}\n`);
} finally {
  shutdown.dispose();
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof ConfigurationError || error instanceof ReadModelNotMigrated) return exitCodes.usage;
  return exitCodeOf(error);
}

/** Errors of ours speak for themselves; anything else is a fault of the program and is shown with its stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError) {
    return `${error.message}\nSet the variables, or start the embedded servers with: npm run -s stack -- up`;
  }
  return 'code' in error && typeof error.code === 'string' ? error.message : (error.stack ?? error.message);
}
