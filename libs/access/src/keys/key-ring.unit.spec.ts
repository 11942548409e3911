import type { StoredKey } from './api-key.ts';
import { accessOf } from '../access.ts';
import { newKey } from './api-key.ts';
import { keysMaxAgeMs, KeyRing } from './key-ring.ts';

const key = (id: string): StoredKey => ({ id, name: id, hash: '', scopes: [], expiresAt: undefined });

/** A store whose keys a test changes, and a ring on it with the test's clock. */
function ringOf(...ids: string[]) {
  const state = {
    keys: ids.map(key),
    loads: 0,
    now: 0,
    /** What a look waits for. */
    look: Promise.resolve(),
    noted: [] as string[],
    failure: undefined as Error | undefined,
  };
  const ring = new KeyRing(
    {
      load: async () => {
        state.loads += 1;
        await state.look;
        if (state.failure) throw state.failure;
        return state.keys;
      },
      noteUse: async (id) => void state.noted.push(id),
    },
    () => state.now,
  );
  return { state, ring };
}

describe('a ring of keys', () => {
  it('forgets a revoked key when it is as old as that is bounded, and not before', async () => {
    const { state, ring } = ringOf('a');
    expect(await ring.find('a')).toEqual(key('a'));
    state.keys = [];
    state.now = keysMaxAgeMs - 1;
    expect(await ring.find('a')).toEqual(key('a'));
    state.now = keysMaxAgeMs;
    expect(await ring.find('a')).toBeUndefined();
  });

  it('looks for an unknown key once a second, however many ask', async () => {
    const { state, ring } = ringOf();
    await Promise.all(Array.from({ length: 50 }, (_, index) => ring.find(`made-up-${index}`)));
    expect(state.loads).toBe(1);
    state.keys = [key('new')];
    state.now = 999;
    expect(await ring.find('new')).toBeUndefined();
    state.now = 1_000;
    expect(await ring.find('new')).toEqual(key('new'));
    expect(state.loads).toBe(2);
  });

  it('lets nobody in on old keys when the store fails, and asks it again for the next one', async () => {
    const { state, ring } = ringOf('a');
    await ring.find('a');
    state.failure = new Error('away');
    state.now = keysMaxAgeMs;
    await expect(ring.find('a')).rejects.toThrow('away');
    state.failure = undefined;
    expect(await ring.find('a')).toEqual(key('a'));
  });

  it('is looked at again while known keys are still believed, so that no holder of one waits', async () => {
    const { state, ring } = ringOf('a');
    await ring.find('a');
    const { promise, resolve } = Promise.withResolvers<void>();
    state.look = promise;
    state.keys = [];
    for (const now of [2_500, 3_600, 4_999]) {
      state.now = now;
      expect(await ring.find('a')).toEqual(key('a'));
    }
    expect(state.loads).toBe(2);
    // The keys are as old as the beginning of that look, and it says what was revoked.
    resolve();
    await new Promise(setImmediate);
    expect(await ring.find('a')).toBeUndefined();
    expect(state.loads).toBe(3);
  });

  it('is looked at again once a second while that fails, and harms nobody before the keys are too old', async () => {
    const { state, ring } = ringOf('a');
    await ring.find('a');
    state.failure = new Error('away');
    for (const now of [2_500, 3_000, 3_499, 3_500, 4_999]) {
      state.now = now;
      expect(await ring.find('a')).toEqual(key('a'));
      await new Promise(setImmediate);
    }
    expect(state.loads).toBe(4);
    state.now = keysMaxAgeMs;
    await expect(ring.find('a')).rejects.toThrow('away');
  });

  it('is not asked for a key that another one has', async () => {
    const { id, text, hash } = newKey('test');
    const [without, having] = [ringOf(), ringOf()];
    having.state.keys = [{ ...key(id), hash, scopes: ['products:read'] }];
    const access = accessOf({ rings: [without.ring, having.ring], anonymous: [] });
    const admit = () => access.admit('products:read', `Bearer ${text}`);
    expect(await admit()).toMatchObject({ outcome: 'admitted', actor: `key:${id}` });
    without.state.now = 1_000;
    without.state.failure = new Error('away');
    expect(await admit()).toMatchObject({ outcome: 'admitted' });
    expect(without.state.loads).toBe(1);
  });

  it('has a use written down once a minute, and again when that failed', async () => {
    const { state, ring } = ringOf('a');
    for (const now of [0, 59_999, 60_000]) {
      state.now = now;
      ring.used('a');
    }
    ring.used('b');
    expect(state.noted).toEqual(['a', 'a', 'b']);
    let fails = 0;
    const failing = new KeyRing({
      load: async () => [],
      noteUse: () => Promise.reject(new Error(`${(fails += 1)}`)),
    });
    failing.used('a');
    await Promise.resolve();
    failing.used('a');
    expect(fails).toBe(2);
  });
});
