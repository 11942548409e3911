import { readSampleOptions } from './options.ts';

const read = (...args: string[]) => readSampleOptions(args, true);

describe('the options of npm run sample', () => {
  it('default to a small catalogue through the API', () => {
    expect(read()).toEqual({
      products: 300,
      events: 1_500,
      seed: 1,
      direct: false,
      partitions: 6,
      append: false,
      concurrency: 16,
    });
  });

  it('take numbers with separators', () => {
    expect(read('--products', '100_000', '--events', '1_000_000')).toMatchObject({
      products: 1e5,
      events: 1e6,
    });
  });

  it.each<[string, string[]]>([
    ['--events must be at least --products', ['--products', '5', '--events', '4']],
    ['It must be a whole number from 1 on.', ['--products', '0']],
    ['It must be a whole number from 0 on.', ['--seed', '1.5']],
    ['It must be a whole number from 0 on.', ['--seed', '1e3']],
    ['cannot be used with', ['--direct', '--kafka', 'a']],
    ['cannot be used with', ['--direct', '--api', 'http://a']],
    ['--append belongs to --kafka', ['--append']],
    ['--api must be an http address', ['--api', 'localhost:3000']],
    ['--append belongs to --kafka\nerror: --api must be an http address', ['--append', '--api', 'x']],
    ['unknown option', ['--product', '5']],
    ['too many arguments', ['extra']],
  ])('refuse what is wrong: %s', (message, args) => {
    expect(() => read(...args)).toThrow(message);
  });
});
