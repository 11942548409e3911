import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Server } from './servers/server.ts';

const tailBytes = 256 * 1024;

/** The last lines of a file; empty when it does not exist. */
export function lastLines(file: string, count: number): string[] {
  if (!existsSync(file)) return [];
  const { size } = statSync(file);
  const buffer = Buffer.alloc(Math.min(size, tailBytes));
  const handle = openSync(file, 'r');
  try {
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
  } finally {
    closeSync(handle);
  }
  const lines = buffer.toString('utf8').trimEnd().split('\n');
  return lines.slice(-count).filter((line) => line !== '');
}

/** The log file of a server that was written to last; undefined when there is none with content. */
export function currentLog(server: Server, dataDirectory: string): string | undefined {
  const written = (file: string): number => statSync(file).mtimeMs;
  return server
    .logFiles(dataDirectory)
    .filter((file) => existsSync(file) && statSync(file).size > 0)
    .toSorted((a, b) => written(b) - written(a))[0];
}

/** The end of a server's log under a heading that names the file, for an error message. */
export function logTail(server: Server, dataDirectory: string, count = 25): string {
  const file = currentLog(server, dataDirectory);
  if (file === undefined) return 'It wrote no log.';
  const lines = lastLines(file, count).map((line) => `  ${line.slice(0, 400)}`);
  return `The end of ${file}:\n${lines.join('\n')}`;
}
