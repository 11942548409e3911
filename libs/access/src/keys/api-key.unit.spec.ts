import * as fc from 'fast-check';
import { isKey, keyIdOf, newKey, type StoredKey } from './api-key.ts';

const stored = ({ id, hash }: ReturnType<typeof newKey>): StoredKey => ({
  ...{ id, name: 'a key', hash, scopes: [], expiresAt: undefined },
});

describe('an API key', () => {
  it('has the form that is documented, another secret each time, and stands in no stored key', () => {
    const [one, other] = [newKey('live'), newKey('live')];
    expect(one.text).toMatch(/^rp_live_[0-9a-f]{16}_[0-9a-f]{64}$/);
    expect(keyIdOf(one.text)).toBe(one.id);
    expect(other.text.slice(-64)).not.toBe(one.text.slice(-64));
    expect(JSON.stringify(stored(one))).not.toContain(one.text.slice(-64));
  });

  it('is that key to the last character, its environment included', () => {
    const key = newKey('live');
    expect(isKey(stored(key), key.text)).toBe(true);
    expect(isKey(stored(key), key.text.replace('live', 'test'))).toBe(false);
    fc.assert(
      fc.property(fc.nat(key.text.length - 1), fc.constantFrom('0', 'f', '_', 'x'), (at, character) => {
        fc.pre(key.text[at] !== character);
        expect(isKey(stored(key), key.text.slice(0, at) + character + key.text.slice(at + 1))).toBe(false);
      }),
    );
  });

  it('has no other form', () => {
    for (const text of [
      '',
      'rp_live_',
      'eyJhbGciOiJub25lIn0.e30.',
      ` ${newKey('live').text}`,
      `${newKey('live').text}0`,
    ])
      expect(keyIdOf(text)).toBeUndefined();
    for (const environment of ['', 'Live', '1live', 'a_b', 'x'.repeat(17)])
      expect(() => newKey(environment)).toThrow('not the name of an environment');
  });

  it('without a usable hash is nobody’s', () => {
    const key = newKey('live');
    expect(isKey({ ...stored(key), hash: '' }, key.text)).toBe(false);
  });
});
