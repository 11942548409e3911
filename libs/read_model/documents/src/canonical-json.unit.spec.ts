import fc from 'fast-check';
import { canonicalJson } from './canonical-json.ts';

/** The rule written out: every value walked, keys sorted, nothing clever. */
function naive(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(naive).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${naive(member)}`).join(',')}}`;
}

/** The same value with the members of every object in another order. */
function shuffled(value: unknown, seed: number): unknown {
  if (Array.isArray(value)) return value.map((element) => shuffled(element, seed));
  if (typeof value !== 'object' || value === null) return value;
  const rank = (key: string) =>
    [...key].reduce((sum, character) => sum * 31 + character.codePointAt(0)! * seed, 7);
  const entries = Object.entries(value).sort(([a], [b]) => rank(a) - rank(b));
  return Object.fromEntries(entries.map(([key, member]) => [key, shuffled(member, seed)]));
}

const keys = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.nat().map(String),
  fc.constantFrom('__proto__', 'b', 'a'),
);
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'medium' },
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 6 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

describe('canonical JSON', () => {
  it('is what the rule gives, and parses back to the value', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(text).toBe(naive(value));
        expect(JSON.stringify(JSON.parse(text))).toBe(JSON.stringify(JSON.parse(naive(value))));
      }),
    );
  });

  it('does not depend on the order in which members were set', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 1, max: 1_000 }), (value, seed) => {
        expect(canonicalJson(shuffled(value, seed))).toBe(canonicalJson(value));
      }),
    );
  });

  it('orders integer keys as text, which a JavaScript object does not', () => {
    expect(canonicalJson({ 9: 'a', 10: 'b', Z: { 2: [{ 11: 0, 3: 1 }] }, a: 1 })).toBe(
      '{"10":"b","9":"a","Z":{"2":[{"11":0,"3":1}]},"a":1}',
    );
  });

  it('sorts by code unit, not by the reader’s language', () => {
    expect(canonicalJson({ é: 1, z: 2, Z: 3, '😀': 4, '\uffff': 5 })).toBe(
      '{"Z":3,"z":2,"é":1,"😀":4,"\uffff":5}',
    );
  });

  it('keeps a member named __proto__ and takes no prototype from it', () => {
    const value: unknown = JSON.parse('{"b":1,"__proto__":{"polluted":true}}');
    expect(canonicalJson(value)).toBe('{"__proto__":{"polluted":true},"b":1}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('leaves undefined members out and keeps null', () => {
    expect(canonicalJson({ b: undefined, a: null, c: [null] })).toBe('{"a":null,"c":[null]}');
  });

  it('writes minus zero as zero', () => {
    expect(canonicalJson([-0, { a: -0 }])).toBe('[0,{"a":0}]');
  });

  it.each([
    ['NaN', NaN],
    ['an infinite number', -Infinity],
    ['undefined', undefined],
    ['an undefined element', [1, undefined]],
    ['a hole in an array', Object.assign([1], { 2: 2, length: 3 })],
    ['a function', () => 1],
    ['a bigint', 1n],
    ['a symbol', Symbol('a')],
    ['a date', new Date(0)],
  ])('refuses %s, at any depth', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
    expect(() => canonicalJson([{ 1: [value] }])).toThrow(TypeError);
    if (value !== undefined) expect(() => canonicalJson({ a: { b: value } })).toThrow(TypeError);
  });
});
