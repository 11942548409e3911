import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isTaken, wordsOf } from '@reprise/cli/testing';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const scripts: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts;

interface Documented {
  /** File and line, from 1. */
  readonly at: string;
  readonly line: string;
}

/** Every line of a shell block, and every quoted command in a sentence that gives options. */
const documented: readonly Documented[] = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  // Decisions quote what was considered, too.
  .filter((file) => !file.startsWith('docs/adr/'))
  .flatMap((file) => {
    let fence: string | undefined;
    return readFileSync(join(root, file), 'utf8')
      .split('\n')
      .flatMap((text, index) => {
        const mark = /^\s*```(\w*)/.exec(text);
        if (mark) fence = fence === undefined ? mark[1] : undefined;
        const found =
          fence === 'sh'
            ? text.split(/ && |; /).map((part) => part.trim())
            : fence === undefined
              ? [...text.matchAll(/`([^`]+ --[^`]+)`/g)].map(([, quoted]) => quoted!)
              : [];
        return found.map((line) => ({ at: `${file}:${index + 1}`, line }));
      });
  });

/** A word that a person replaces, as one that a command line takes. */
const filledIn = (line: string): string =>
  line
    .replace(/ +#.*| *2?> *\S+.*| *&$| *\|.*/g, '')
    .replaceAll('NAME\\', 'product_search')
    .replaceAll('$i/4', '0/4')
    .replaceAll(/--generation NAME\b/g, '--generation product_search_v2_20261121_030000_0a1b2c3d')
    .replaceAll(/\bNAME\b/g, 'product_search')
    .replaceAll(/(?<=--shard )I\/N/g, '0/4')
    .replaceAll(/\b(?:stock_level|order_search)\b|(?<=--projection )(?:chats|tasks)\b/g, 'product_search')
    .replaceAll(/(?<=--type )(?:chat|task)\b/g, 'product');

const own = documented
  .map(({ at, line }) => ({
    at,
    line: filledIn(line).replace(/^(?:npm run -s rebuild-job --|npx reprise) /, './reprise '),
  }))
  .filter(({ line }) => /^\.\/reprise [a-z]/.test(line));
const ofNpm = documented.flatMap(({ at, line }) => {
  const script = /^(?:[A-Z_]+=\S+ )*npm run (?:-s )?([\w:-]+)/.exec(line)?.[1];
  return script === undefined ? [] : [{ at, script }];
});

describe('the documentation', () => {
  it('is read by this test', () => {
    expect(own.length).toBeGreaterThan(40);
    expect(ofNpm.length).toBeGreaterThan(20);
  });

  it('prints only command lines that the command line takes', async () => {
    const refused = [];
    for (const { at, line } of own) {
      const answer = await isTaken(wordsOf(line).slice(1));
      if (answer !== 'taken') refused.push(`${at}: ${line}: ${answer}`);
    }
    expect(refused).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    expect(ofNpm.filter(({ script }) => !Object.hasOwn(scripts, script))).toEqual([]);
  });
});
