import { BuiltFromAnotherLog } from '@reprise/read-model-indices';
import { commandLine } from '@reprise/runtime/commands';

/** A document cannot be repaired as things stand; trying again right away would not help. The message says why and what to do. */
export class RepairRefused extends Error {
  readonly code = 'REPAIR_REFUSED';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RepairRefused';
  }
}

/** No generation is fed that this code makes, so no document of it can be repaired. */
export class NothingFed extends Error {
  readonly code = 'NOTHING_FED';
  readonly retryable = false;

  constructor({ name, version }: { readonly name: string; readonly version: number }) {
    super(
      `No generation of version ${version} of ${name} is fed, so there is nothing to repair. Nothing was changed. Build one with ` +
        `${commandLine.rebuild(name)}, or repair with the release that feeds the generation readers are on.`,
    );
    this.name = 'NothingFed';
  }
}

/** Whether an error is a server's or the log's, not the task's: then the task is not abandoned, and others would fail alike. */
export function isServerFault(error: unknown): boolean {
  if (error instanceof BuiltFromAnotherLog) return true;
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
