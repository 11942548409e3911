import { join } from 'node:path';
import { inTerminal, testEndpoints, type TerminalOptions, type TerminalRun } from '@reprise/test-kit';

const root = join(import.meta.dirname, '../../../..');

/** Runs the command line from its sources in its own pseudo terminal. */
export function inOwnTerminal(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  options: Pick<TerminalOptions, 'columns' | 'typed'> = {},
): TerminalRun {
  const node = `${process.execPath} --conditions=@reprise/source --import=./tools/dev.mjs apps/rebuild-job/src/main.ts`;
  const own = { ...process.env, ...testEndpoints().env, NODE_OPTIONS: '', TERM: 'xterm', ...env };
  return inTerminal(`${node} ${args.join(' ')}`, { ...options, cwd: root, env: own });
}
