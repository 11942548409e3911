import { testEndpoints } from '@reprise/test-kit';
import { describeError, exitCodeFor } from '../command-errors.ts';
import { runCommandLine } from '../program.ts';

/**
 * Runs a verb in this process; returns the exit code and the text that its own process would end with.
 * @param signal stops it, as SIGTERM does its own process
 */
export async function inThisProcess(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal = new AbortController().signal,
) {
  let stdout = '';
  let stderr = '';
  const invocation = {
    env: { ...testEndpoints().env, ...env },
    signal,
    received: () => (signal.aborted ? ('SIGTERM' as const) : undefined),
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    interactive: false,
  };
  const code = await runCommandLine(words, invocation).catch((error: unknown) => {
    stderr += describeError(error);
    return exitCodeFor(error);
  });
  return { code, stdout, stderr };
}
