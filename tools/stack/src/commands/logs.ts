import { spawn } from 'node:child_process';
import { StackError } from '../errors.ts';
import { compose } from '../docker.ts';
import { readState, type ServerName } from '../instance/state.ts';
import { currentLog, lastLines } from '../logs.ts';
import { servers } from '../servers/list.ts';

export interface LogsOptions {
  directory: string;
  /** One server, or all of them. */
  server?: ServerName;
  lines: number;
  follow: boolean;
}

/**
 * Prints the end of the servers' logs to standard output, and what is added to them when `follow`.
 * @throws StackError NO_INSTANCE when nothing was ever started in that folder.
 */
export async function logs({ directory, server, lines, follow }: LogsOptions): Promise<void> {
  const state = readState(directory);
  if (state === undefined) {
    throw new StackError(
      'NO_INSTANCE',
      `No stack was ever started in ${directory}. Run: npm run -s stack -- up`,
    );
  }
  if (state.kind === 'docker') {
    const args = [
      'logs',
      '--tail',
      String(lines),
      ...(follow ? ['--follow'] : []),
      ...(server ? [server] : []),
    ];
    return compose(directory, args, { output: 'inherit' });
  }
  const chosen = servers.filter(({ name }) => server === undefined || name === server);
  const files = chosen.flatMap((one) => currentLog(one, state.dataDirectory) ?? []);
  if (follow) return followFiles(files, lines);
  for (const file of files) process.stdout.write(`==> ${file} <==\n${lastLines(file, lines).join('\n')}\n`);
}

async function followFiles(files: string[], lines: number): Promise<void> {
  const tail = spawn('tail', ['-n', String(lines), '-F', ...files], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    tail.once('error', reject);
    tail.once('exit', resolve);
  });
}
