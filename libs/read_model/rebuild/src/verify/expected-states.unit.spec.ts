import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { bucketOf, documentDigest } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { ExpectedStates } from './expected-states.ts';

/** Scratch directories of this process. */
const directories = () =>
  readdirSync(tmpdir()).filter(
    (name) => name.startsWith('reprise-scratch-') && name.includes(`-${process.pid}-`),
  );

describe('the expected states', () => {
  it('give back what was added, by any buckets, in memory and beyond', async () => {
    const ids = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 40 }), { maxLength: 60 });
    const property = fc.asyncProperty(
      ids,
      fc.uniqueArray(fc.nat(255)),
      fc.nat(2 ** 32 - 1),
      async (given, some, version) => {
        const states = await ExpectedStates.open();
        for (const id of given) states.add(id, version, documentDigest(id, 'x'));
        const wanted = new Set(some);
        const expected = given.filter((id) => wanted.has(bucketOf(id)));
        expect(new Map([...states.read(wanted)].sort())).toEqual(
          new Map(expected.map((id) => [id, { version, digest: documentDigest(id, 'x') }] as const).sort()),
        );
        expect(states.buckets.reduce((sum, { documents }) => sum + documents, 0)).toBe(given.length);
        await states.dispose();
      },
    );
    await fc.assert(property, { numRuns: 50 });
  });

  it('lie on disk beyond a bounded memory and are gone afterwards', async () => {
    const before = directories();
    const states = await ExpectedStates.open();
    const [own] = directories().filter((name) => !before.includes(name));
    for (let i = 0; i < 200_000; i++) states.add(`product ${i}`, i, documentDigest(`product ${i}`, ''));
    expect(readdirSync(`${tmpdir()}/${own}`)).toHaveLength(64);
    const all = new Set(Array.from({ length: 256 }, (_, bucket) => bucket));
    const read = states.read(all);
    expect(read.size).toBe(200_000);
    expect(read.get('product 77777')).toEqual({
      version: 77_777,
      digest: documentDigest('product 77777', ''),
    });
    await states.dispose();
    expect(existsSync(`${tmpdir()}/${own}`)).toBe(false);
  });
});
