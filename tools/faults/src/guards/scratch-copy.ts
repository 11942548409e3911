import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceRoot } from '../cluster/workspace.ts';

const run = promisify(execFile);

/** The workspace as its last commit has it, in its own folder that may be changed. */
export interface ScratchCopy {
  readonly root: string;
  /** The commit, abbreviated. */
  readonly commit: string;
  remove(): Promise<void>;
}

/**
 * Checks HEAD out beside the workspace, with the packages that are installed there: hard links where the system has them, so
 * that it costs no room. What is not committed is not in it.
 */
export async function scratchCopy(): Promise<ScratchCopy> {
  const git = (...args: string[]) => run('git', ['-C', workspaceRoot, ...args]);
  const root = join(workspaceRoot, '.stack', `guards-${process.pid}`);
  mkdirSync(join(workspaceRoot, '.stack'), { recursive: true });
  const remove = async (): Promise<void> => {
    rmSync(root, { recursive: true, force: true });
    await git('worktree', 'prune');
  };
  try {
    await git('worktree', 'add', '--quiet', '--detach', root, 'HEAD');
    const copy = process.platform === 'darwin' ? '-cR' : '-al';
    await run('cp', [copy, join(workspaceRoot, 'node_modules'), join(root, 'node_modules')]);
    const { stdout } = await git('rev-parse', '--short', 'HEAD');
    return { root, commit: stdout.trim(), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
