import { execFile } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NotPossible } from '../row.ts';

const run = promisify(execFile);

/** A separate file system with very little room, which can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all room but so much. Returns how many bytes that were. */
  fill(leaveBytes?: number): number;
  /** Gives back what was taken. */
  relieve(): void;
  freeBytes(): number;
  unmount(): Promise<void>;
}

const ballast = 'ballast';
const pieceBytes = 64 * 1_024;

/**
 * Mounts a tmpfs over a folder, which needs root: then a full disk is a real one, with ENOSPC from the kernel. It belongs to
 * `owner`, or to root.
 * @throws NotPossible as an ordinary user
 */
export async function smallDisk(
  folder: string,
  megabytes: number,
  owner?: { readonly uid: number; readonly gid: number },
): Promise<SmallDisk> {
  if (process.getuid?.() !== 0)
    throw new NotPossible(
      'only root may mount a small file system; run it as root to see a disk that is full',
    );
  mkdirSync(folder, { recursive: true });
  // One that an earlier run left behind.
  await run('umount', ['--lazy', folder]).catch(() => undefined);
  const { uid, gid } = owner ?? { uid: 0, gid: 0 };
  await run('mount', [
    '-t',
    'tmpfs',
    '-o',
    `size=${megabytes}m,mode=0755,uid=${uid},gid=${gid}`,
    'faults',
    folder,
  ]);
  const file = join(folder, ballast);
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  };
  return {
    folder,
    freeBytes,
    fill(leaveBytes = 0) {
      const piece = Buffer.alloc(pieceBytes, 1);
      const descriptor = openSync(file, 'a');
      let taken = 0;
      try {
        while (freeBytes() > leaveBytes) {
          const wanted = Math.min(pieceBytes, freeBytes() - leaveBytes);
          taken += writeSync(descriptor, piece, 0, Math.max(1, wanted));
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(descriptor);
      }
      return taken;
    },
    relieve: () => rmSync(file, { force: true }),
    async unmount() {
      await run('umount', ['--lazy', folder]);
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
    },
  };
}
