import { isError } from './is-error.ts';

/** What a log line says about an error. */
export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly statusCode?: number;
  readonly retryable?: boolean;
  readonly cause?: ErrorFields | string;
  readonly errors?: readonly (ErrorFields | string)[];
}

const deepest = 4;

/**
 * The fields of an error that a log line shows, including causes and aggregated errors. Nothing else of it is logged: clients
 * attach whole requests and connections to their errors, with bodies and headers that do not belong in a log.
 */
export function errorFields(error: unknown, depth = 0): ErrorFields | string {
  if (!isError(error)) return String(error);
  const members = error as Error & Partial<Record<'code' | 'statusCode' | 'retryable' | 'errors', unknown>>;
  const { code, statusCode, retryable, errors } = members;
  const inner = depth < deepest;
  return {
    type: error.name,
    message: error.message,
    ...(depth === 0 && error.stack !== undefined && { stack: error.stack }),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof statusCode === 'number' && { statusCode }),
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(inner && error.cause !== undefined && { cause: errorFields(error.cause, depth + 1) }),
    ...(inner &&
      Array.isArray(errors) && { errors: errors.slice(0, 10).map((one) => errorFields(one, depth + 1)) }),
  };
}
