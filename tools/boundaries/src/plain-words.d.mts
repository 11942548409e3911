import type { Rule } from 'eslint';

export interface WordToAvoid {
  readonly phrase: string;
  /** What to write instead, as the list says it. */
  readonly instead: string;
  readonly pattern: RegExp;
}

export interface WordFound {
  readonly index: number;
  /** From 1. */
  readonly line: number;
  readonly phrase: string;
  readonly instead: string;
}

/** @throws when the page has no table under "Words to avoid" */
export function wordsToAvoid(contributing: string): readonly WordToAvoid[];
export function wordsFound(text: string, list: readonly WordToAvoid[]): readonly WordFound[];
export function proseOf(markdown: string): string;
export const plainWords: Rule.RuleModule;
