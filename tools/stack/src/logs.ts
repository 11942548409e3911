import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Server } from './servers/server.ts';

const tailBytes = 64 * 1024;

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

/** The end of a server's log under a heading that names the file, for an error message. */
export function logTail(server: Server, dataDirectory: string, count = 25): string {
  for (const file of server.logFiles(dataDirectory)) {
    const lines = lastLines(file, count);
    if (lines.length > 0) return `The end of ${file}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  }
  return 'It wrote no log.';
}
