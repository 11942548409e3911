import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const workspaceRoot = join(import.meta.dirname, '../../../..');

/** A page of the documentation: its path from the root of the workspace, and its Markdown. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** All pages of the documentation. */
export const pages: readonly Page[] = globSync(['*.md', 'docs/**/*.md'], { cwd: workspaceRoot }).map(
  (path) => ({ path, text: readFileSync(join(workspaceRoot, path), 'utf8') }),
);
