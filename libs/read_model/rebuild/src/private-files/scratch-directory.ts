import { mkdtempSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { removeOrTell } from './private-file.ts';
import { inPrivateRoot, namesIn, privateRoots, removeEmpty } from './private-root.ts';

/** An empty directory for what is of no use to anyone when this process has ended. */
export interface ScratchDirectory {
  readonly path: string;
  /** The private root it lies in, where more may be kept that outlives it. */
  readonly root: string;
  /** Removes it with all it holds. The caller that asked for it must do that. */
  remove(): void;
}

const owned = /^scratch-(.+)-(\d+)-[^-]{6}$/;

/**
 * Makes a scratch directory. What processes of this account that were killed on this host have left is removed first.
 *
 * Limit: a host is known by its name, so containers that share a directory need different names, as they have by default.
 *
 * @param base the work directory, or the system's for temporary files
 * @param onNotice called with what could not be removed
 */
export function scratchDirectory(
  base: string = tmpdir(),
  onNotice: (line: string) => void = (line) => process.emitWarning(line),
): ScratchDirectory {
  for (const root of privateRoots(base)) removeDead(root, onNotice);
  const path = inPrivateRoot(base, (root) =>
    mkdtempSync(join(root, `scratch-${hostname()}-${process.pid}-`)),
  );
  const root = dirname(path);
  return {
    path,
    root,
    remove() {
      removeOrTell(path, onNotice);
      removeEmpty(root);
    },
  };
}

function removeDead(root: string, onNotice: (line: string) => void): void {
  for (const name of namesIn(root)) {
    const [, host, pid] = owned.exec(name) ?? [];
    if (host === hostname() && !isAlive(Number(pid))) removeOrTell(join(root, name), onNotice);
  }
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
