import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What a line of a page printed, and how it ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A shell in somebody else's project, which runs lines of a page under the Node of this process. */
export class Shell {
  readonly #env: NodeJS.ProcessEnv;
  readonly #folder: string;

  constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    const { PATH = '', HOME = '' } = process.env;
    this.#env = { HOME, ...env, PATH: `${dirname(process.execPath)}${delimiter}${PATH}` };
  }

  /** Starts a line, whose `&` is left out, in the background; the caller stops it, with what it started. */
  start(line: string): { stop(): Promise<void> } {
    const options = { cwd: this.#folder, env: this.#env, stdio: 'ignore', detached: true } as const;
    const child = spawn('/bin/sh', ['-c', line.replace(/ &$/, '')], options);
    const ended = once(child, 'close');
    return {
      async stop() {
        if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGTERM');
        await ended;
      },
    };
  }

  /** Runs a line to its end. */
  async run(line: string): Promise<Ran> {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((done) => child.once('close', done));
    const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
    return { code: await ended, stdout: await stdout, stderr: await stderr };
  }
}

/** The lines of the shell blocks of a page, in order. */
export function linesOf(page: string): string[] {
  return [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block]) => block!.trimEnd().split('\n'));
}
