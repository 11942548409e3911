import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketOf, documentDigest } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { namesIn, privateRoots } from '../private-files/private-root.ts';
import { ExpectedStates } from './expected-states.ts';

/** Scratch directories of this process. */
const directories = () =>
  privateRoots(tmpdir()).flatMap((root) =>
    namesIn(root)
      .filter((name) => name.includes(`-${process.pid}-`))
      .map((name) => join(root, name)),
  );

describe('the expected states', () => {
  it('give back what was added, by any buckets, in memory and beyond', () => {
    const ids = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 60 });
    const property = fc.property(
      ids,
      fc.uniqueArray(fc.nat(255)),
      fc.maxSafeNat(),
      (given, some, version) => {
        const states = ExpectedStates.open();
        for (const id of given) states.add(id, version, documentDigest(id, 'x'));
        const wanted = new Set(some);
        const expected = given.filter((id) => wanted.has(bucketOf(id)));
        expect(new Map([...states.read(wanted)].sort())).toEqual(
          new Map(expected.map((id) => [id, { version, digest: documentDigest(id, 'x') }] as const).sort()),
        );
        expect(states.buckets.reduce((sum, { documents }) => sum + documents, 0)).toBe(given.length);
        states.dispose();
      },
    );
    fc.assert(property, { numRuns: 50 });
  });

  it('lie on disk beyond a bounded memory and are gone afterwards', () => {
    const before = directories();
    const states = ExpectedStates.open();
    const [own] = directories().filter((name) => !before.includes(name));
    for (let i = 0; i < 200_000; i++) states.add(`product ${i}`, i, documentDigest(`product ${i}`, ''));
    expect(readdirSync(own!)).toHaveLength(64);
    const all = new Set(Array.from({ length: 256 }, (_, bucket) => bucket));
    const read = states.read(all);
    expect(read.size).toBe(200_000);
    expect(read.get('product 77777')).toEqual({
      version: 77_777,
      digest: documentDigest('product 77777', ''),
    });
    states.dispose();
    expect(existsSync(own!)).toBe(false);
  });

  it.each([
    ['edited', (path: string) => writeFileSync(path, readFileSync(path).fill(0, 20, 21))],
    ['cut off', (path: string) => truncateSync(path, 100)],
  ])('are refused where what lies on disk was %s', (_, damage) => {
    const before = directories();
    const states = ExpectedStates.open();
    const [own] = directories().filter((name) => !before.includes(name));
    for (let i = 0; i < 200_000; i++) states.add(`product ${i}`, i, documentDigest(`product ${i}`, ''));
    damage(join(own!, '3.states'));
    expect(states.read(new Set([0])).size).toBeGreaterThan(0);
    expect(() => states.read(new Set([0, 12]))).toThrow(/3\.states was changed since this process wrote it/);
    states.dispose();
  });
});
