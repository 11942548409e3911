import { DependencyError } from '@reprise/read-model-indices';
import { RebuildError, type RebuildErrorCode } from '../../errors.ts';
import type { Fault } from './messages.ts';

/** What is kept of an error on its way to another thread. */
export function faultOf(error: unknown): Fault {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const { code, dependency, retryable } = error as {
    code?: unknown;
    dependency?: unknown;
    retryable?: unknown;
  };
  return {
    name,
    message,
    stack,
    code: typeof code === 'string' ? code : undefined,
    dependency: typeof dependency === 'string' ? dependency : undefined,
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
  };
}

/** The error again, of its class where it is one that decides how the run ends. */
export function errorOf({ name, message, stack, code, dependency, retryable = true }: Fault): Error {
  const error =
    name === 'RebuildError'
      ? new RebuildError(code as RebuildErrorCode, message)
      : name === 'DependencyError'
        ? new DependencyError(dependency as DependencyError['dependency'], message, { retryable })
        : new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
