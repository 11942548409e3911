import fc from 'fast-check';
import { OptionReader, type RawOptions } from './option-reader.ts';

const ids = (...values: string[]) => {
  const options = new OptionReader({ aggregateId: values }, []);
  const named = options.ids('aggregateId');
  options.finish();
  return named;
};

describe('ids on a command line', () => {
  it('are divided by commas or options, whatever white space is around them', () => {
    expect(ids('a, b ,\tc', ' d\n', 'a')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('can hold commas, backslashes and white space behind a backslash', () => {
    expect(ids('a\\,b, c\\\\ ,\\ d\\ ')).toEqual(['a,b', 'c\\', ' d ']);
  });

  it('can be any text at all, written with a backslash before each of its characters', () => {
    const text = fc.string({ minLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1, maxLength: 5 }), (wanted) => {
        const written = wanted.map((id) => [...id].map((character) => `\\${character}`).join(''));
        expect(ids(written.join(' , '))).toEqual(wanted);
        expect(ids(...written)).toEqual(wanted);
      }),
    );
  });

  it.each<[string, RawOptions]>([
    ['nothing', { aggregateId: [''] }],
    ['white space', { aggregateId: ' ' }],
    ['commas', { aggregateId: [' , ', ','] }],
  ])('are missing when an option given for them holds %s, which does not mean all', (_what, raw) => {
    const options = new OptionReader(raw, []);
    options.ids('aggregateId');
    expect(() => options.finish()).toThrow('--aggregate-id names no aggregate');
  });

  it('are not looked for without the option', () => {
    expect(new OptionReader({}, []).ids('aggregateId')).toBeUndefined();
  });
});
