import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Linter } from 'eslint';
import { plainWords, proseOf, wordsFound, wordsToAvoid } from './plain-words.mjs';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const list = wordsToAvoid(read('CONTRIBUTING.md'));
const pages = globSync(['*.md', '{docs,apps,libs,tools}/**/*.md'], {
  cwd: root,
  exclude: (path) => /(?:^|\/)(?:node_modules|dist)$/.test(path),
});

describe('the words to avoid', () => {
  it('stand in no page', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/reference/cli.md']));
    const found = pages.flatMap((file) => {
      const page = read(file);
      // The list names them.
      const text = file === 'CONTRIBUTING.md' ? page.replace(/### Words to avoid[^]*?(?=^##)/m, '') : page;
      return wordsFound(proseOf(text), list).map(
        ({ line, phrase, instead }) => `${file}:${line}: for "${phrase}" write ${instead}`,
      );
    });
    expect(found).toEqual([]);
  });

  it('are found across lines and comment marks, in any case, and not inside other words or code', () => {
    const phrases = (text: string) => wordsFound(text, list).map(({ phrase }) => phrase);
    expect(phrases('It Goes\n * on.')).toEqual(['goes on']);
    expect(phrases('The untold amendment foregoes one.')).toEqual([]);
    expect(proseOf('Run `tell me`\n```sh\nanew\n```\nanew')).toMatch(/^Run +\n +\n +\n +\nanew$/);
  });

  it('are reported in comments, strings and templates, not in names', () => {
    const linter = new Linter();
    const messages = linter.verify(
      "/* anew */ const tell = ['it is at work', 'at work', `${1} goes on`]; export { tell };",
      {
        plugins: { plain: { rules: { words: plainWords } } },
        rules: { 'plain/words': 'error' },
      },
    );
    expect(messages.map(({ message }) => /"(.*?)"/.exec(message)?.[1])).toEqual([
      'anew',
      'at work',
      'goes on',
    ]);
  });

  it('are read from the page or nothing passes', () => {
    expect(() => wordsToAvoid('# Contributing')).toThrow('no table under "Words to avoid"');
  });
});
