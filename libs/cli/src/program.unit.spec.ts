import { runCommandLine } from './program.ts';
import { verbGroups, verbs } from './table/verbs.ts';
import type { Called } from './verb.ts';

const invocation: Called = {
  env: {},
  signal: new AbortController().signal,
  received: () => undefined,
  stdout: () => undefined,
  stderr: () => undefined,
  interactive: false,
};

async function problemsOf(...argv: string[]): Promise<string[]> {
  const message = await runCommandLine(argv, invocation).then(
    () => '',
    (error: unknown) => (error as Error).message,
  );
  return message.split('\n').flatMap((line) => /^ {2}- (.*)$/.exec(line)?.[1] ?? []);
}

describe('an option that is given again', () => {
  it('is refused with everything else that is wrong, before anything is done', async () => {
    expect(
      await problemsOf('rebuild', '--projection=none', '--mode', 'DRY_RUN', '--mode', 'APPLY', '--fast'),
    ).toEqual([
      '--mode is given more than once',
      'unknown option --fast',
      expect.stringContaining('"none" is not known'),
    ]);
  });

  it('counts once for both spellings, for all ways to give a value, and however often it comes', async () => {
    const twice = ['--batch-size is given more than once'];
    const wrong = ['--batchSize', '5', '--projection', 'product_search'];
    expect(await problemsOf('rebuild', '--batch-size', '7', ...wrong)).toEqual(twice);
    expect(await problemsOf('execute', '--batch-size=7', '--batchSize=7', '--batchSize', '8')).toEqual(twice);
  });

  it.each([
    [['rebuild', '--projection', 'all', '--projection', 'product_search'], '--projection'],
    [['rebuild', '--projection', 'all', '--no-promote', '--no-promote'], '--no-promote'],
    [['status', '--json', '--json'], '--json'],
    [['dlq', 'discard', 'a:0:1', '--reason', 'x', '--reason', 'y'], '--reason'],
  ])('is refused in %j', async (argv, option) => {
    expect(await problemsOf(...argv)).toEqual([`${option} is given more than once`]);
  });

  it('may be repeated where it names aggregates', async () => {
    const argv = ['verify', '--projection', 'none', '--aggregate-id', 'a', '--aggregate-id', 'b'];
    expect(await problemsOf(...argv)).toEqual([expect.stringContaining('"none" is not known')]);
  });
});

describe('a mistyped word', () => {
  it('is answered with what it most likely means, and with nothing where it means nothing', async () => {
    expect(await problemsOf('rebuild', '--projektion=all', '--projection', 'product_serach')).toEqual([
      'unknown option --projektion=all; did you mean --projection?',
      expect.stringMatching(/"product_serach" is not known: .*; did you mean product_search\?$/),
    ]);
    expect(await problemsOf('dlq', 'list', '--projection', 'catgory_summary')).toEqual([
      expect.stringContaining('did you mean category_summary?'),
    ]);
    expect(await problemsOf('status', '--nonsense')).toEqual(['unknown option --nonsense']);
  });
});

describe('one name for one thing', () => {
  it('takes --dry-run as --mode DRY_RUN, and refuses it with --mode APPLY', async () => {
    for (const verb of ['rebuild', 'prune', 'rebind']) {
      const given = [verb, '--projection', 'none', '--dry-run', '--mode'];
      const unknown = expect.stringContaining('"none" is not known');
      expect(await problemsOf(...given, 'APPLY')).toEqual([
        unknown,
        '--dry-run and --mode APPLY exclude each other',
      ]);
      expect(await problemsOf(...given, 'DRY_RUN')).toEqual([unknown]);
    }
  });

  it('still takes the older names of options', async () => {
    const twice = ['verify', '--projection', 'all', '--rate', '5', '--max-events-per-second=6'];
    expect(await problemsOf(...twice)).toEqual(['--max-events-per-second is given more than once']);
    expect(await problemsOf('dlq', 'show', '--full')).toEqual([
      expect.stringContaining('name the dead letter'),
    ]);
  });
});

describe('help', () => {
  async function helpOf(...words: string[]): Promise<string> {
    let out = '';
    const run = runCommandLine(words, { ...invocation, stdout: (text) => void (out += text) });
    await run.catch((error: unknown) => expect(error).toMatchObject({ exitCode: 0 }));
    return out;
  }

  it('lists execute and every verb under the name of the program, and prints the version', async () => {
    const help = await helpOf('--help');
    expect(help).toContain('Usage: ./reprise ');
    for (const { name } of [...verbs, ...verbGroups, { name: 'execute' }])
      expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await helpOf('--version')).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows required options in the usage and the options of rebuild in groups', async () => {
    const help = await helpOf('rebuild', '--help');
    expect(help).toContain('Usage: ./reprise rebuild --projection <name> [options]');
    expect(help).toMatch(/\nThe gate, and readers:\n {2}--no-promote/);
    expect(await helpOf('dlq', 'discard', '--help')).toContain(
      'Usage: ./reprise dlq discard --reason <text> [options] [ids...]',
    );
  });

  it('offers --json on every verb, and examples that begin with the program', async () => {
    for (const [group, ...inner] of [['', ...verbs], ...verbGroups.map((one) => [one.name, ...one.verbs])])
      for (const verb of inner as typeof verbs) {
        const help = await helpOf(...[group as string, verb.name].filter(Boolean), '--help');
        expect(help).toContain('  --json ');
        expect(help).toContain(`Examples:\n  ./reprise ${group ? `${group as string} ` : ''}${verb.name}`);
      }
  });
});
