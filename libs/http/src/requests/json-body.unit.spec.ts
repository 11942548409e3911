import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { ProblemException } from '../problems/problem-exception.ts';
import { jsonLimits, readJsonBody } from './json-body.ts';
import { jsonShape, memberCount } from './json-shape.ts';

const read = (body: string | Uint8Array, headers: Record<string, string> = {}): unknown =>
  readJsonBody({ 'content-type': 'application/json', ...headers }, Buffer.from(body));

function refusalOf(body: string | Uint8Array, headers?: Record<string, string>): string {
  try {
    read(body, headers);
  } catch (error) {
    if (error instanceof ProblemException) return `${error.getStatus()} ${error.slug}: ${error.detail}`;
    throw error;
  }
  throw new Error('it was read');
}

describe('the body of a request', () => {
  it('is what its JSON says, whatever it is', () => {
    const objects = fc.json({ maxDepth: 5 });
    fc.assert(fc.property(objects, (text) => expect(read(text)).toEqual(JSON.parse(text))));
  });

  it('is measured as it is parsed: members, and how deep they stand', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const shape = jsonShape(JSON.stringify(value, null, 1));
        expect(shape.members).toBe(memberCount(value));
        expect(shape.depth).toBe(depthOf(value));
      }),
    );
  });

  it('is none when there are no bytes, and may begin with a byte order mark', () => {
    expect(read('')).toBeUndefined();
    expect(
      read('', { 'content-encoding': 'gzip', 'content-type': 'application/json; charset=latin1' }),
    ).toBeUndefined();
    expect(read('\ufeff{"a":1}')).toEqual({ a: 1 });
  });

  it.each([
    ['cut off', '{"a":'],
    ['two values', '{}{}'],
    ['blank', '  '],
    ['not JSON', 'a=1'],
  ])('that is %s is malformed', (_, text) => {
    expect(refusalOf(text)).toMatch(/^400 malformed-body: .*not JSON/);
  });

  it.each([
    ['a member twice', '{"a":1,"a":1}'],
    ['a member twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a nested member twice', '{"a":[{"b":1,"c":2,"b":3}]}'],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}'],
  ])('that names %s is malformed', (_, text) => {
    expect(refusalOf(text)).toMatch(/^400 malformed-body: .*twice/);
  });

  it('is bounded in depth and in parts', () => {
    const { depth, parts } = jsonLimits;
    expect(read('['.repeat(depth) + ']'.repeat(depth))).toBeDefined();
    expect(refusalOf('['.repeat(depth + 1) + ']'.repeat(depth + 1))).toMatch(
      /^400 malformed-body: .*deeper than 32/,
    );
    expect(refusalOf('['.repeat(50_000))).toMatch(/deeper/);
    const members = Array.from({ length: parts }, (_, index) => `"${index}":0`);
    expect(read(`{${members.join()}}`)).toBeDefined();
    expect(refusalOf(`{${members.join()},"x":0}`)).toMatch(/^400 malformed-body: .*more than 1000 members/);
    expect(refusalOf(`[${'{},'.repeat(parts)}{}]`)).toMatch(/more than 1000/);
  });

  it.each(['latin1', 'iso-8859-1', 'utf-16', 'nonsense'])('in the charset %s is not taken', (charset) => {
    expect(refusalOf('{}', { 'content-type': `application/json; charset=${charset}` })).toMatch(
      /^415 .*UTF-8/,
    );
  });

  it.each(['utf-8', 'UTF8', '"utf-8"'])('in the charset %s is', (charset) => {
    expect(read('{}', { 'content-type': `application/json;charset=${charset}` })).toEqual({});
    expect(read('{}', { 'content-encoding': 'identity' })).toEqual({});
  });

  it.each(['gzip', 'br', 'deflate, gzip'])('compressed by %s is not taken', (encoding) => {
    expect(refusalOf(gzipSync('{}'), { 'content-encoding': encoding })).toMatch(
      /^415 .*must not be compressed/,
    );
  });
});

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}
