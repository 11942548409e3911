import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../program.ts';
import { verbGroups, verbs } from '../verbs.ts';

let folder: string;

beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'completion-'))));
afterAll(() => rmSync(folder, { recursive: true }));

async function scriptFor(shell: string): Promise<string> {
  let out = '';
  await runCommandLine(['completion', shell], {
    env: {},
    signal: new AbortController().signal,
    received: () => undefined,
    stdout: (text) => void (out += text),
    stderr: () => undefined,
    interactive: false,
  });
  const file = join(folder, shell);
  writeFileSync(file, out);
  return file;
}

/** Runs a real shell; the empty list where this machine does not have it. */
function lines(shell: string, script: string, ...words: string[]): string[] | undefined {
  const { error, stdout, stderr } = spawnSync(shell, ['-c', script, ...words], { encoding: 'utf8' });
  if (error) return undefined;
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** What bash offers for the last of the words, divided as its readline does. */
async function inBash(...words: string[]): Promise<string[]> {
  const file = await scriptFor('bash');
  const script = `. ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _reprise; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines('bash', script, 'bash', './reprise', ...words)!;
}

const projections = ['product_search', 'product_summary', 'category_summary', 'all'];
const optionsOf = (verb: { options: readonly (readonly [string, ...unknown[]])[] }) =>
  verb.options.map(([flags]) => /--[a-z-]+/.exec(flags)![0]);

describe('completion in bash', () => {
  it('is registered for ./reprise', async () => {
    const file = await scriptFor('bash');
    expect(lines('bash', `. ${file}; complete -p reprise`)).toEqual(['complete -F _reprise reprise']);
  });

  it('offers every verb and group, and those of a group', async () => {
    const all = [...verbs, ...verbGroups].map(({ name }) => name);
    expect((await inBash('')).sort()).toEqual([...all, 'execute', '--help', '--version'].sort());
    expect(await inBash('re')).toEqual(expect.arrayContaining(['rebuild', 'rebind', 'repair', 'receipts']));
    expect(await inBash('dlq', '')).toEqual(['list', 'show', 'redrive', 'discard']);
    expect(await inBash('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  it('offers all options of each verb', async () => {
    for (const verb of verbs) expect(await inBash(verb.name, '--')).toEqual([...optionsOf(verb), '--help']);
    for (const { name, verbs: inner } of verbGroups)
      for (const verb of inner)
        expect(await inBash(name, verb.name, '--')).toEqual([...optionsOf(verb), '--help']);
    expect(await inBash('execute', '--dr')).toEqual(['--dry-run']);
  });

  it('offers the projections, also after an equals sign', async () => {
    expect(await inBash('rebuild', '--projection', '')).toEqual(projections);
    expect(await inBash('dlq', 'list', '--projection', 'product_s')).toEqual(projections.slice(0, 2));
    expect(await inBash('status', '--projection', '=')).toEqual(projections);
    expect(await inBash('status', '--projection', '=', 'cat')).toEqual(['category_summary']);
  });
});

describe('completion in other shells, where this machine has them', () => {
  it('offers the same in fish', async () => {
    const file = await scriptFor('fish');
    const offered = (line: string) =>
      lines('fish', `source ${file}; complete -C '${line}'`)?.map((one) => one.split('\t')[0]);
    const none = offered('') === undefined;
    const expected = (words: string[]) => (none ? undefined : words.sort());
    expect(offered('./reprise dlq ')?.sort()).toEqual(expected(['list', 'show', 'redrive', 'discard']));
    expect(offered('./reprise rebuild --projection ')?.sort()).toEqual(expected([...projections]));
    expect(offered('./reprise prune --dry')).toEqual(expected(['--dry-run']));
  });

  it('offers the same in zsh', async () => {
    const file = await scriptFor('zsh');
    const offered = (...words: string[]) => {
      const stubs = 'compdef() { :; }; _files() { print FILES; }; compadd() { shift; print -l -- "$@"; }';
      const script = `${stubs}; . ${file}; words=("$@"); CURRENT=$#; _reprise`;
      return lines('zsh', script, 'zsh', './reprise', ...words);
    };
    const none = offered('') === undefined;
    const expected = (words: string[]) => (none ? undefined : words);
    expect(offered('dlq', '')).toEqual(expected(['list', 'show', 'redrive', 'discard']));
    expect(offered('rebuild', '--projection', '')).toEqual(expected(projections));
    expect(offered('prune', '--')).toEqual(
      expected([...optionsOf(verbs.find(({ name }) => name === 'prune')!), '--help']),
    );
    expect(offered('dlq', 'discard', '--')).toEqual(expected(['--reason', '--json', '--help']));
    expect(offered('rebuild', '--canary', '')).toEqual(expected(['FILES']));
  });
});
