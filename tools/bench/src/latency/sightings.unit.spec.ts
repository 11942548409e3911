import { observe, writeKey } from './sightings.ts';

describe('an observation', () => {
  it('ends when every expected write was seen, by its own version or a later one', async () => {
    const visible = new Map([['a', 1]]);
    const looks: string[][] = [];
    const observation = observe({
      look: async (ids) => {
        looks.push([...ids]);
        if (looks.length === 3) visible.set('a', 3).set('b', 1);
        return visible;
      },
      everyMs: 1,
      signal: new AbortController().signal,
    });
    observation.expect('a', 1);
    observation.expect('a', 2);
    observation.expect('b', 1);
    const seen = await observation.end();
    expect([...seen.keys()].sort()).toEqual([writeKey('a', 1), writeKey('a', 2), writeKey('b', 1)]);
    expect(seen.get(writeKey('a', 2))).toBeGreaterThanOrEqual(seen.get(writeKey('a', 1)) ?? Infinity);
    expect(looks).toHaveLength(3);
  });

  it('fails when the looking does', async () => {
    const observation = observe({
      look: () => Promise.reject(new Error('the index is gone')),
      everyMs: 1,
      signal: new AbortController().signal,
    });
    observation.expect('a', 1);
    await expect(observation.end()).rejects.toThrow('the index is gone');
  });
});
