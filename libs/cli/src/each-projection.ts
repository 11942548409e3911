import type { Projection } from '@reprise/read-model-projections';
import { exitCodes } from '@reprise/runtime/commands';
import { jsonText } from './report/text.ts';
import { exitCodeBySignal, isOfShutdown } from './cancellation.ts';
import { describeError, exitCodeFor } from './command-errors.ts';
import type { Invocation } from './verb.ts';

/** What `--json` shows of a projection that an error came before. */
export interface FailedProjection {
  readonly projection: string;
  readonly outcome: 'failed' | 'cancelled';
  readonly exitCode: number;
  readonly message: string;
}

export interface ProjectionResult<T> {
  readonly result: T;
  readonly exitCode: number;
}

/**
 * Does a verb's work for one projection after the other. One that fails does not stop the others: its error is printed on stderr
 * and takes its place. Work that has not begun when a signal comes is not done.
 *
 * @returns what came of each, and the code of the first failure
 */
export async function eachProjection<T>(
  projections: readonly Projection[],
  invocation: Invocation,
  work: (projection: Projection) => Promise<ProjectionResult<T>>,
): Promise<{ results: (T | FailedProjection)[]; exitCode: number }> {
  const results: (T | FailedProjection)[] = [];
  const codes: number[] = [];
  for (const projection of projections) {
    if (invocation.signal.aborted) {
      codes.push(exitCodeBySignal(invocation));
      break;
    }
    const { result, exitCode } = await work(projection).catch((error: unknown) => {
      const failed = failedBy(projection, error, invocation);
      return { result: failed, exitCode: failed.exitCode };
    });
    results.push(result);
    invocation.audit.report(result);
    codes.push(exitCode);
  }
  return { results, exitCode: codes.find((code) => code !== exitCodes.done) ?? exitCodes.done };
}

/** One JSON document: the only result, or an array when several projections were asked for. */
export function printJson(
  projections: readonly Projection[],
  results: readonly unknown[],
  { stdout }: Invocation,
): void {
  const single = projections.length === 1 ? results[0] : undefined;
  stdout(`${jsonText(single ?? results, 2)}\n`);
}

function failedBy(
  { name: projection }: Projection,
  error: unknown,
  invocation: Invocation,
): FailedProjection {
  const isCancelled = isOfShutdown(error, invocation.signal);
  const message = isCancelled ? 'It was stopped by a signal; readers were not moved.' : describeError(error);
  invocation.stderr(`${projection}: ${message}\n`);
  return {
    projection,
    outcome: isCancelled ? 'cancelled' : 'failed',
    exitCode: isCancelled ? exitCodeBySignal(invocation) : exitCodeFor(error),
    message,
  };
}
