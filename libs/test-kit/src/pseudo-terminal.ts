import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';
import { eventually, patienceMs } from './eventually.ts';

/** `script` and `stty` of macOS take their words in another order than those of util-linux. */
const isBsd = process.platform === 'darwin';

export interface TerminalOptions {
  readonly columns?: number;
  readonly cwd?: string;
  /** Whether something will be typed; left out, stdin is at its end. */
  readonly typed?: boolean;
  /** The whole environment of the command. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A command in its own pseudo terminal. */
export interface TerminalRun {
  /** Every character the terminal has received so far, with what moves its cursor. */
  output(): string;
  /** Types characters, as in `\u0003` for ^C; `typed` was given. */
  type(keys: string): void;
  /** Gives the terminal another width, as dragging its window does. */
  resize(columns: number): void;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs a shell command in a pseudo terminal, where it sees a terminal on stdin, stdout and stderr. */
export function inTerminal(
  command: string,
  { columns = 80, cwd, env = process.env, typed = false }: TerminalOptions,
): TerminalRun {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  const device = join(folder, 'tty');
  const prepared = `stty cols ${columns} rows 24; tty > ${device}; exec ${command}`;
  const words = isBsd ? ['-q', '/dev/null', '/bin/sh', '-c', prepared] : ['-qec', prepared, '/dev/null'];
  const child = spawn('script', words, {
    ...(cwd !== undefined && { cwd }),
    env: { ...env, SHELL: '/bin/sh' },
    stdio: [typed ? 'pipe' : 'ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  afterFile(async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });
  return {
    output: () => output,
    type: (keys) => void child.stdin!.write(keys),
    resize: (width) => {
      spawnSync('stty', [isBsd ? '-f' : '-F', readFileSync(device, 'utf8').trim(), 'cols', String(width)]);
    },
    ended,
  };
}

/** Resolves once the terminal has received `text`. */
export async function terminalShows(
  run: TerminalRun,
  text: string | RegExp,
  timeoutMs = patienceMs,
): Promise<void> {
  await eventually(
    () => {
      const output = run.output();
      if (typeof text === 'string' ? !output.includes(text) : !text.test(output))
        throw new Error(`The terminal does not show ${String(text)}: ${JSON.stringify(output.slice(-500))}`);
    },
    { timeoutMs },
  );
}
