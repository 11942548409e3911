import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const workspace = fileURLToPath(new URL('../../../', import.meta.url));
export const chart = join(workspace, 'helm/reprise');
export const golden = fileURLToPath(new URL('./golden/', import.meta.url));

/** The text of a file of the chart. */
export function chartFile(path: string): string {
  return readFileSync(join(chart, path), 'utf8');
}

/** Values files that show how the chart is used, by name. */
export const examples: readonly string[] = readdirSync(join(chart, 'examples'))
  .map((file) => file.replace(/\.yaml$/, ''))
  .sort();
