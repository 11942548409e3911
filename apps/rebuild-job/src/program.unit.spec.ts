import { runCommandLine } from './program.ts';
import type { Invocation } from './verb.ts';

const invocation: Invocation = {
  env: {},
  signal: new AbortController().signal,
  received: () => undefined,
  stdout: () => undefined,
  stderr: () => undefined,
  clearLine: () => undefined,
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
