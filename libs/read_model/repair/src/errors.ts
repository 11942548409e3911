/** A document cannot be repaired as things stand; trying again right away would not help. The message says why and what to do. */
export class RepairRefused extends Error {
  readonly code = 'REPAIR_REFUSED';
  readonly retryable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'RepairRefused';
  }
}

/** Whether an error is a server's, not the task's: then the task is not abandoned. */
export function isServerFault(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
