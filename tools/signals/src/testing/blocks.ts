import { globSync, readFileSync } from 'node:fs';
import { runbook } from '../chart-files.ts';
import type { Situation } from './situations.ts';

/** A shell block of the runbook. */
export interface Block {
  /** File, and line of the block. */
  readonly at: string;
  /** What has to be the case for it. */
  readonly situation: Situation;
  /** What its lines end with: one code for all of them, or one for each. */
  readonly exits: readonly number[];
  readonly lines: readonly string[];
}

const marked = /(?:^<!-- in: ([a-z-]+)(?:, exits ([\d ]+))? -->\n\n)?^```sh\n([^]*?)^```$/gm;

/**
 * The shell blocks of a page. Before each stands, as a comment of HTML, the situation that it is for.
 * @throws Error where that is missing
 */
export function blocksIn(page: string, text: string): Block[] {
  return [...text.matchAll(marked)].map(({ index, 1: situation, 2: exits, 3: lines }) => {
    const at = `${page}:${text.slice(0, index).split('\n').length}`;
    if (situation === undefined) throw new Error(`${at}: which situation is this for? <!-- in: healthy -->`);
    return {
      at,
      situation: situation as Situation,
      exits: (exits ?? '0').split(' ').map(Number),
      lines: lines!.trimEnd().split('\n'),
    };
  });
}

/** All blocks of the runbook, page by page. */
export const blocks: readonly Block[] = globSync('**/*.md', { cwd: runbook })
  .sort()
  .flatMap((page) => blocksIn(page, readFileSync(`${runbook}${page}`, 'utf8')));
