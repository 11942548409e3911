import { SearchRefused, type GenerationName } from '@reprise/read-model-indices';
import { askCanaries, readCanaries, type Canary } from './gate-canaries.ts';

const fresh = 'new' as GenerationName;
const live = 'live' as GenerationName;
const query = { match: { title: 'lamp' } };

const ask = (
  canary: Partial<Canary>,
  hits: Record<string, string[]>,
  against: GenerationName | undefined = live,
) =>
  askCanaries(
    { search: (name) => Promise.resolve(hits[name]!) },
    fresh,
    against,
    [{ name: 'lamps', query, top: 3, ...canary }],
    new AbortController().signal,
  );

describe('a canary query', () => {
  it('passes when every expected id is among the first hits, and names the ones that are not', async () => {
    expect(await ask({ expectedIds: ['b', 'a'] }, { new: ['a', 'b', 'c'] })).toEqual([
      { check: 'canary "lamps"', expected: 'b, a among the first 3', actual: 'all of them', passed: true },
    ]);
    expect(await ask({ expectedIds: ['a', 'd'] }, { new: ['a', 'b', 'c'] })).toMatchObject([
      { actual: 'd not among 3 hits', passed: false },
    ]);
  });

  it('compares with the live hits: the share that is still there decides', async () => {
    const hits = { new: ['a', 'b', 'x'], live: ['a', 'b', 'c'] };
    expect(await ask({ minOverlap: 0.6 }, hits)).toMatchObject([{ actual: '0.667 of 3', passed: true }]);
    expect(await ask({ minOverlap: 0.7 }, hits)).toMatchObject([{ passed: false }]);
  });

  it('passes when nothing is live to compare with', async () => {
    expect(
      await askCanaries(
        { search: () => Promise.resolve([]) },
        fresh,
        undefined,
        [{ name: 'lamps', query, top: 3, minOverlap: 1 }],
        new AbortController().signal,
      ),
    ).toMatchObject([{ passed: true, actual: 'nothing is live to compare with' }]);
  });

  it('fails, instead of ending the run, when the store does not understand it', async () => {
    const checks = await askCanaries(
      { search: () => Promise.reject(new SearchRefused('unknown query [mtch]')) },
      fresh,
      undefined,
      [{ name: 'typo', query: { mtch: {} }, top: 3, expectedIds: ['a'] }],
      new AbortController().signal,
    );
    expect(checks).toMatchObject([{ passed: false, actual: 'refused: unknown query [mtch]' }]);
  });
});

describe('a file of canary queries', () => {
  it('is read with defaults for name and top', () => {
    expect(readCanaries(JSON.stringify([{ query, expectedIds: ['a'] }]))).toEqual({
      canaries: [{ name: 'query 1', query, top: 10, expectedIds: ['a'] }],
      problems: [],
    });
  });

  it('is refused with everything that is wrong with it', () => {
    const { problems } = readCanaries(
      JSON.stringify([{ query: 'lamp', top: 0, expect: ['a'] }, { query, minOverlap: 2 }, 7]),
    );
    expect(problems).toEqual([
      expect.stringContaining('query 1: "expect" is not known'),
      expect.stringContaining('query 1: "query" must be an object'),
      expect.stringContaining('query 1: "top" must be'),
      expect.stringContaining('query 1: "expectedIds" or "minOverlap" is required'),
      expect.stringContaining('query 2: "minOverlap" must be'),
      'query 3: it must be an object',
    ]);
    expect(readCanaries('[').problems).toEqual([expect.stringContaining('it is not JSON')]);
    expect(readCanaries('[]').problems).toEqual(['it must be an array of at least one query']);
  });
});
