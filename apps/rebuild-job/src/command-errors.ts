import { CommanderError } from 'commander';
import { ReadModelNotMigrated } from '@reprise/read-model-indices';
import { exitCodeOf, exitCodes } from '@reprise/read-model-rebuild';
import { NothingFed } from '@reprise/read-model-repair';
import { ConfigurationError } from '@reprise/runtime';

/** 128 and the signal's number, as shells report it. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Whether work ended because of the signal, as opposed to having failed at the same time. */
export function isOfShutdown(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

/** The process's exit code for whatever a verb threw. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof ConfigurationError || error instanceof ReadModelNotMigrated) return exitCodes.usage;
  if (error instanceof NothingFed) return exitCodes.usage;
  return exitCodeOf(error);
}

/** Errors of ours speak for themselves; anything else is a fault of the program and is shown with its stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError) {
    return `${error.message}\nSet the variables, or start the embedded servers with: npm run -s stack -- up`;
  }
  return 'code' in error && typeof error.code === 'string' ? error.message : (error.stack ?? error.message);
}
