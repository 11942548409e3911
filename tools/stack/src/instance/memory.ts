import { lstatSync, mkdirSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { directoryKey } from './directory.ts';

/** What the data of a test run takes at most, beside the memory of the servers and of the tests. */
const roomBytes = 4 * 2 ** 30;
const memoryBytes = 8 * 2 ** 30;

const sharedMemory = '/dev/shm';
const tmpfs = 0x01021994;

/**
 * A folder in memory for an instance whose data nobody wants to keep: Elasticsearch writes its cluster state to the disk for each index
 * that is made, and waits for it. The folder is deleted with the instance.
 *
 * @param directory the instance's folder on the disk
 * @param base where a file system in memory is mounted
 * @returns undefined where there is no file system in memory with 4 GiB of room, less than 8 GiB of memory are free, or another account
 *   has taken the place
 */
export function memoryDirectory(directory: string, base = sharedMemory): string | undefined {
  const root = memoryRoot(base);
  try {
    const { type, bavail, bsize } = statfsSync(base);
    if (type !== tmpfs || bavail * bsize < roomBytes || process.availableMemory() < memoryBytes)
      return undefined;
    mkdirSync(root, { recursive: true, mode: 0o711 });
  } catch {
    return undefined;
  }
  const found = lstatSync(root);
  // Everybody may write beside it: what is there is used only if it is this account's, and closed to the others.
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o022) !== 0)
    return undefined;
  return join(root, directoryKey(directory));
}

/** Whether an instance is one that {@link memoryDirectory} has named. */
export function isInMemory(directory: string): boolean {
  return dirname(directory) === memoryRoot(sharedMemory);
}

function memoryRoot(base: string): string {
  return join(base, `reprise-stack-${process.getuid?.()}`);
}
