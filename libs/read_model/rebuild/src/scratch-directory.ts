import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'reprise-scratch-';
const owned = /^reprise-scratch-(.+)-(\d+)-[^-]{6}$/;

/**
 * Makes an empty directory for records and documents that are of no use to anyone when this process has ended; whoever asked
 * for it removes it. What processes that were killed on this host have left is removed first.
 *
 * Limit: a host is known by its name, so containers that share a directory need names of their own, as they have by default.
 */
export async function scratchDirectory(base: string = tmpdir()): Promise<string> {
  for (const name of await readdir(base)) {
    const [, host, pid] = owned.exec(name) ?? [];
    if (host === hostname() && !isAlive(Number(pid)))
      await rm(join(base, name), { recursive: true, force: true });
  }
  return mkdtemp(join(base, `${prefix}${hostname()}-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Anything else than "no such process" is one that may not be signalled.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
