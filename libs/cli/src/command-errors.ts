import { ReadModelNotMigrated } from '@reprise/read-model-indices';
import { exitCodeOf } from '@reprise/read-model-rebuild';
import { NothingFed } from '@reprise/read-model-repair';
import { ConfigurationError } from '@reprise/runtime';
import { exitCodes, program } from '@reprise/runtime/commands';
import { ConsoleUnavailable } from './console/console-api.ts';
import { UsageError } from './line/usage-error.ts';

/** The process's exit code for whatever a verb threw. */
export function exitCodeFor(error: unknown): number {
  if (error instanceof UsageError || error instanceof ConfigurationError) return exitCodes.usage;
  if (error instanceof ReadModelNotMigrated || error instanceof NothingFed) return exitCodes.usage;
  if (error instanceof ConsoleUnavailable) return exitCodes.dependency;
  return exitCodeOf(error);
}

/** Errors of ours speak for themselves; anything else is a fault of the program and is shown with its stack. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigurationError) {
    const inClone =
      program === './reprise' ? ', or start the embedded servers with: npm run -s stack -- up' : '.';
    return `${error.message}\nSet the variables${inClone}`;
  }
  return 'code' in error && typeof error.code === 'string' ? error.message : (error.stack ?? error.message);
}
