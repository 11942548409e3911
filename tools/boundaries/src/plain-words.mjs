import { readFileSync } from 'node:fs';

/**
 * The words that CONTRIBUTING lists under "Words to avoid", each with what to write instead. The page is the only list: a row is
 * `| goes on, go on | resumes, continues |`.
 */
export function wordsToAvoid(contributing) {
  const section = /^### Words to avoid$([^]*?)(?=^##|(?![^]))/mu.exec(contributing)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| *([^|]+?) *\| *([^|]+?) *\|$/gmu)].slice(2);
  if (rows.length === 0) throw new Error('CONTRIBUTING.md has no table under "Words to avoid".');
  return rows.flatMap(([, words, instead]) =>
    words.split(/, */u).map((phrase) => ({
      phrase,
      instead,
      // A comment or a paragraph may break the line within a phrase.
      pattern: new RegExp(
        String.raw`(?<![\w-])${phrase.replaceAll(/\s+/gu, String.raw`[\s*/>]+`)}(?![\w-])`,
        'giu',
      ),
    })),
  );
}

/** The words of `list` that stand in `text`, in its order, each with its line (from 1). */
export function wordsFound(text, list) {
  return list
    .flatMap(({ phrase, instead, pattern }) =>
      [...text.matchAll(pattern)].map(({ index }) => ({
        index,
        line: text.slice(0, index).split('\n').length,
        phrase,
        instead,
      })),
    )
    .toSorted((a, b) => a.index - b.index);
}

/** Source text of `code` in a page is quoted, not prose. */
export function proseOf(markdown) {
  const blank = (quoted) => quoted.replaceAll(/[^\n]/gu, ' ');
  return markdown.replaceAll(/^```[^]*?^```$/gmu, blank).replaceAll(/`[^`\n]+`/gu, blank);
}

/** What `status --json` has always called a shard; scripts compare with it. */
const published = new Set(['at work', 'not at work']);

/** ESLint: comments, messages and titles use plain English. */
export const plainWords = {
  create(context) {
    const list = wordsToAvoid(readFileSync(new URL('../../../CONTRIBUTING.md', import.meta.url), 'utf8'));
    const check = (node, text) => {
      for (const { phrase, instead } of wordsFound(text, list)) {
        context.report({ loc: node.loc, message: `Plain English: for "${phrase}" write ${instead}.` });
      }
    };
    return {
      Program: () => context.sourceCode.getAllComments().forEach((comment) => check(comment, comment.value)),
      Literal: (node) =>
        typeof node.value === 'string' && !published.has(node.value) && check(node, node.value),
      TemplateElement: (node) => check(node, node.value.raw),
    };
  },
};
