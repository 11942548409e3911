import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/**
 * Runs a program and returns what it printed.
 * @param options standard input; empty unless given
 * @throws Error with the command line and the end of what it said, where its code is not 0
 */
export async function outputOf(
  program: string,
  args: readonly string[],
  { input = '' }: { readonly input?: string } = {},
): Promise<string> {
  const child = spawn(program, args);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (code === 0) return stdout;
  const shown = args.map((arg) => (arg.length > 200 ? `${arg.slice(0, 200)}…` : arg)).join(' ');
  throw new Error(`${program} ${shown}\nended with ${code}:\n${`${stdout}${stderr}`.trim().slice(-3_000)}`);
}
