import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadContexts } from '@reprise/contexts';
import { runCommandLine } from '../program.ts';
import { configOption } from '../table/options.ts';
import { verbGroups, verbs } from '../table/verbs.ts';

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

/** Runs a real shell. */
function lines(shell: string, script: string, ...words: string[]): string[] {
  const { error, stdout, stderr } = spawnSync(shell, ['-c', script, ...words], { encoding: 'utf8' });
  if (error) throw error;
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

/** What bash offers for the last of the words, divided as its readline does. */
async function inBash(...words: string[]): Promise<string[]> {
  const file = await scriptFor('bash');
  const script = `. ${file}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _reprise; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines('bash', script, 'bash', './reprise', ...words);
}

const { contexts } = await loadContexts({});
const projections = [...contexts.flatMap((context) => context.projections.map(({ name }) => name)), 'all'];
const optionsOf = (verb: { options: readonly (readonly [string, ...unknown[]])[] }) =>
  [...verb.options, configOption].map(([flags]) => /--[a-z-]+/.exec(flags)![0]);

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
    expect(await inBash('dlq', 'list', '--projection', 'product_s')).toEqual(
      projections.filter((name) => name.startsWith('product_s')),
    );
    expect(await inBash('status', '--projection', '=')).toEqual(projections);
    expect(await inBash('status', '--projection', '=', 'cat')).toEqual(['category_summary']);
    expect(await inBash('status', '--context', '')).toEqual(contexts.map(({ name }) => name));
    expect(await inBash('status', '--type', 'p')).toEqual(['product']);
  });
});

const isHere = (shell: string) => spawnSync(shell, ['-c', 'exit']).error === undefined;

/** A title that says what is tested on this machine. */
const titleOf = (shell: string) =>
  `completion in ${shell}${isHere(shell) ? '' : `: its script alone, since this machine has no ${shell} to run it`}`;

describe(titleOf('fish'), () => {
  /** Lines of the script that offer something after these words. */
  const offers = (script: string, ...words: string[]) =>
    script.split('\n').filter((line) => words.every((word) => line.includes(word)));

  it('is a script with every verb, group, option and projection', async () => {
    const script = readFileSync(await scriptFor('fish'), 'utf8');
    for (const { name } of [...verbs, ...verbGroups])
      expect(offers(script, `-n __fish_use_subcommand -a ${name} -d `)).toHaveLength(1);
    const groups = verbGroups.flatMap(({ name, verbs: inner }) =>
      inner.map((verb) => ({ verb, group: name })),
    );
    for (const { verb, group } of [...verbs.map((one) => ({ verb: one, group: undefined })), ...groups]) {
      const seen = [...(group === undefined ? [] : [group]), verb.name];
      const condition = seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
      const after = offers(script, `-n '${condition}' -l `);
      expect(after.map((line) => `--${/ -l (\S+)/.exec(line)![1]}`)).toEqual(optionsOf(verb));
    }
    expect(offers(script, '-l projection').length).toBeGreaterThan(5);
    for (const line of offers(script, '-l projection'))
      expect(line).toContain(`-x -a '${projections.join(' ')}'`);
    expect(
      offers(script, '__fish_seen_subcommand_from dlq; and not', "-a 'list show redrive discard'"),
    ).toHaveLength(1);
  });

  if (isHere('fish'))
    it('offers the same when the shell runs it', async () => {
      const file = await scriptFor('fish');
      const offered = (line: string) =>
        lines('fish', `source ${file}; complete -C '${line}'`).map((one) => one.split('\t')[0]);
      expect(offered('./reprise dlq ').sort()).toEqual(['list', 'show', 'redrive', 'discard'].sort());
      expect(offered('./reprise rebuild --projection ').sort()).toEqual([...projections].sort());
      expect(offered('./reprise prune --dry')).toEqual(['--dry-run']);
    });
});

describe(titleOf('zsh'), () => {
  /** The choices that the script has after these words. */
  const choicesAfter = (script: string, words: string) =>
    script.split(`    '${words}') choices='`)[1]?.split("'")[0]?.split(' ');

  it('is a script with every verb, group, option and projection', async () => {
    const script = readFileSync(await scriptFor('zsh'), 'utf8');
    expect(script).toMatch(/^#compdef reprise\n/);
    const all = [...verbs, ...verbGroups].map(({ name }) => name);
    expect(choicesAfter(script, '')?.sort()).toEqual([...all, 'execute', '--help', '--version'].sort());
    for (const verb of verbs)
      expect(choicesAfter(script, verb.name)).toEqual(expect.arrayContaining([...optionsOf(verb), '--help']));
    for (const { name, verbs: inner } of verbGroups) {
      expect(choicesAfter(script, name)).toEqual(inner.map((verb) => verb.name));
      for (const verb of inner)
        expect(choicesAfter(script, `${name} ${verb.name}`)).toEqual([...optionsOf(verb), '--help']);
    }
    expect(script).toContain(`compadd -- ${projections.join(' ')};`);
  });

  if (isHere('zsh'))
    it('offers the same when the shell runs it', async () => {
      const file = await scriptFor('zsh');
      const offered = (...words: string[]) => {
        const stubs = 'compdef() { :; }; _files() { print FILES; }; compadd() { shift; print -l -- "$@"; }';
        const script = `${stubs}; . ${file}; words=("$@"); CURRENT=$#; _reprise`;
        return lines('zsh', script, 'zsh', './reprise', ...words);
      };
      expect(offered('dlq', '')).toEqual(['list', 'show', 'redrive', 'discard']);
      expect(offered('rebuild', '--projection', '')).toEqual(projections);
      const prune = verbs.find(({ name }) => name === 'prune')!;
      expect(offered('prune', '--')).toEqual([...optionsOf(prune), '--help']);
      const discard = verbGroups
        .find(({ name }) => name === 'dlq')!
        .verbs.find(({ name }) => name === 'discard')!;
      expect(offered('dlq', 'discard', '--')).toEqual([...optionsOf(discard), '--help']);
      expect(offered('rebuild', '--canary', '')).toEqual(['FILES']);
    });
});
