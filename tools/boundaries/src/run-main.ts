import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * Runs this project's command line (main.ts) in its own process, where Nx and ESLint load as they do in a terminal.
 *
 * @param args the command and its options
 * @param input what the command reads from stdin
 * @returns what it printed and its exit code
 */
export async function runMain(
  args: readonly string[],
  input = '',
): Promise<{ output: string; errors: string; code: number }> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], { env: { ...env, NX_DAEMON: 'false' } });
  child.stdin.end(input);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { output, errors, code };
}
