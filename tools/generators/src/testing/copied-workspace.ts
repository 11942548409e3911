import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
const left = new Set(['node_modules', 'coverage', '.git', '.nx', '.stack']);

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** A copy of the workspace that generators may change. */
export interface CopiedWorkspace {
  readonly root: string;
  /** Runs a package's command in the copy, without the variables that an Nx running this test sets for its children. */
  run(command: string, ...args: string[]): Promise<Ran>;
  /** Runs the specs of a project whose path contains one of the patterns. */
  test(project: string, patterns: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  remove(): void;
}

/**
 * Copies the workspace, with the same packages installed, its own projects linked to the copy. What was built is copied with its
 * times, so that TypeScript only builds what changes.
 */
export function copyOfWorkspace(): CopiedWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'reprise-generators-'));
  cpSync(workspace, root, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !left.has(basename(path)),
  });
  const packages = join(workspace, 'node_modules');
  mkdirSync(join(root, 'node_modules'));
  for (const entry of readdirSync(packages)) {
    const target = join(root, 'node_modules', entry);
    // The links of the workspace's own packages are relative: copied as they are, they lead into the copy.
    if (entry === '@reprise')
      cpSync(join(packages, entry), target, { recursive: true, verbatimSymlinks: true });
    else if (entry !== '.cache') symlinkSync(join(packages, entry), target);
  }
  const execute = (cwd: string, args: readonly string[], more: Readonly<Record<string, string>>) =>
    new Promise<Ran>((resolve) => {
      const own = Object.entries(process.env).filter(
        ([name]) => !/^(NX_|JEST_|REPRISE_APPS$|NODE_OPTIONS$|TEST_COUNTS_DIR$)/.test(name),
      );
      const env = { ...Object.fromEntries(own), NX_DAEMON: 'false', NX_SKIP_NX_CACHE: 'true', ...more };
      execFile(process.execPath, args, { cwd, env, maxBuffer: 1 << 26 }, (error, ...output) =>
        resolve({ code: error === null ? 0 : 1, output: output.join('') }),
      );
    });
  const bin = (command: string): string => join(root, 'node_modules/.bin', command);
  return {
    root,
    run: (command, ...args) => execute(root, [bin(command), ...args], {}),
    test: (project, patterns, env = {}) =>
      execute(join(root, project), ['--experimental-vm-modules', bin('jest'), ...patterns], env),
    remove: () => {
      if (existsSync(root)) rmSync(root, { recursive: true, force: true });
    },
  };
}
