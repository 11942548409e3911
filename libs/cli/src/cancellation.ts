import type { Invocation } from './verb.ts';

/** 128 and the signal's number, as shells report it. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Whether work ended because of the signal, as opposed to having failed at the same time. */
export function isOfShutdown(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

/** The exit code of a process that a signal stopped. */
export function exitCodeBySignal({ received }: Pick<Invocation, 'received'>): number {
  return signalExitCodes[received() ?? 'SIGINT'];
}
