import type { StoreRetry } from '@reprise/read-model-indices';
import pRetry from 'p-retry';
import { asDependencyError, describeError, faultOf } from './faults.ts';

export interface RequestOptions {
  /** How long transient faults of one call are retried, in milliseconds. */
  readonly retryBudgetMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((retry: StoreRetry) => void) | undefined;
}

/**
 * Makes a call that is safe to repeat; transient faults are retried with exponential delay and jitter within the budget.
 * Bulk writes do not come through here: they retry by item.
 *
 * @param doing what the call does, for the error message ("reading the alias orders")
 * @throws DependencyError when the budget is used up, or for a fault that needs an operator; the signal's reason when aborted
 */
export async function request<T>(
  doing: string,
  { retryBudgetMs, signal, onRetry }: RequestOptions,
  call: (attempt: number) => Promise<T>,
): Promise<T> {
  try {
    return await pRetry(call, {
      retries: Number.MAX_SAFE_INTEGER,
      minTimeout: 200,
      maxTimeout: 5_000,
      randomize: true,
      maxRetryTime: retryBudgetMs,
      shouldRetry: ({ error, attemptNumber }) => {
        if (faultOf(error) !== 'transient') return false;
        onRetry?.({ doing, reason: describeError(error), failures: attemptNumber });
        return true;
      },
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw await asDependencyError(doing, error);
  }
}
