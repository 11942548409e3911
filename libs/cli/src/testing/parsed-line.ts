import { ConfigurationError } from '@reprise/runtime';
import { runCommandLine } from '../program.ts';

/** The words a shell makes of a line that has quotes, and neither variables nor redirections. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+/g)].map(([word]) =>
    word.replace(
      /'([^']*)'|"([^"]*)"|\\(.)/g,
      (_, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? '',
    ),
  );
}

/**
 * Runs the real command line without servers: what it takes ends at the missing settings, or at the signal where it needs none.
 *
 * @returns `taken`, or what it answered
 */
export async function isTaken(words: readonly string[]): Promise<string> {
  const silent = () => undefined;
  const called = { env: {}, signal: AbortSignal.abort(), received: silent, interactive: false };
  return runCommandLine(words, { ...called, stdout: silent, stderr: silent }).then(
    (code) => (code === 0 ? 'taken' : `ended with ${code}`),
    (error: unknown) =>
      error instanceof ConfigurationError || (error as Error).name === 'AbortError' ? 'taken' : String(error),
  );
}
