import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  BucketSums,
  bucketCount,
  bucketOf,
  digestOfBuckets,
  documentDigest,
  type BucketDigest,
  type DocumentDigest,
} from './document-digest.ts';

const digests = fc.array(
  fc.record<DocumentDigest>({
    bucket: fc.integer({ min: 0, max: bucketCount - 1 }),
    high: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    low: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  }),
  { maxLength: 200 },
);

/** The sums in whole numbers of any size. */
function naive(all: readonly DocumentDigest[]): BucketDigest[] {
  return Array.from({ length: bucketCount }, (_, bucket) => all.filter((digest) => digest.bucket === bucket))
    .map((inBucket, bucket) => ({
      bucket,
      documents: inBucket.length,
      high: Number(inBucket.reduce((sum, { high }) => sum + BigInt(high), 0n)),
      low: Number(inBucket.reduce((sum, { low }) => sum + BigInt(low), 0n)),
    }))
    .filter(({ documents }) => documents > 0);
}

function sumsOf(all: readonly DocumentDigest[]): BucketSums {
  const sums = new BucketSums();
  for (const digest of all) sums.add(digest);
  return sums;
}

describe('the digest of a document', () => {
  it('is the first 64 bits of SHA-256 over id and content, in two halves', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (id, canonical) => {
        const sha = createHash('sha256').update(`${id}\n${canonical}`).digest();
        const { high, low } = documentDigest(id, canonical);
        expect([high, low]).toEqual([sha.readUInt32BE(0), sha.readUInt32BE(4)]);
      }),
    );
  });

  it('puts an id into the bucket FNV-1a gives, always the same one', () => {
    expect(['', 'a', 'foobar'].map(bucketOf)).toEqual([0xc5, 0x2c, 0x68]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (id) => {
        expect(bucketOf(id)).toBeGreaterThanOrEqual(0);
        expect(bucketOf(id)).toBeLessThan(bucketCount);
        expect(documentDigest(id, '{}').bucket).toBe(bucketOf(id));
      }),
    );
  });

  it('spreads ids over all buckets evenly', () => {
    const counts = new Uint32Array(bucketCount);
    for (let i = 0; i < 100_000; i++) counts[bucketOf(`0192a1b2-${i.toString(16).padStart(8, '0')}`)]! += 1;
    expect(Math.min(...counts)).toBeGreaterThan(250);
    expect(Math.max(...counts)).toBeLessThan(550);
  });
});

describe('bucket sums', () => {
  it('are exact and do not depend on order', () => {
    fc.assert(
      fc.property(digests, fc.infiniteStream(fc.nat()), (all, random) => {
        const ranked = all.map((digest) => ({ digest, rank: random.next().value as number }));
        const inAnotherOrder = ranked.sort((a, b) => a.rank - b.rank).map(({ digest }) => digest);
        expect(sumsOf(all).list()).toEqual(naive(all));
        expect(sumsOf(inAnotherOrder).list()).toEqual(naive(all));
      }),
    );
  });

  it('of parts, merged, are those of the whole, however it was parted', () => {
    fc.assert(
      fc.property(digests, fc.array(fc.nat(3), { minLength: 200, maxLength: 200 }), (all, partOf) => {
        const merged = new BucketSums();
        for (const part of [0, 1, 2, 3])
          merged.merge(sumsOf(all.filter((_, i) => partOf[i] === part)).list());
        expect(merged.list()).toEqual(naive(all));
      }),
    );
  });

  it('forget a document that is taken out again', () => {
    fc.assert(
      fc.property(digests, digests, (kept, replaced) => {
        const sums = sumsOf([...replaced, ...kept]);
        for (const digest of replaced) sums.remove(digest);
        expect(sums.list()).toEqual(naive(kept));
      }),
    );
  });

  it('of differences show a document that was replaced, where the count alone does not', () => {
    const sums = sumsOf([{ bucket: 9, high: 5, low: 7 }]);
    sums.remove({ bucket: 9, high: 6, low: 7 });
    expect(sums.list()).toEqual([]);
    expect(sums.list(true)).toEqual([{ bucket: 9, documents: 0, high: -1, low: 0 }]);
  });

  it('stay exact at the largest number of documents a bucket is promised to hold', () => {
    const sums = new BucketSums();
    const largest = 2 ** 32 - 1;
    const documents = 2 ** 21 - 1;
    sums.merge([{ bucket: 3, documents, high: documents * largest, low: documents * largest }]);
    sums.add({ bucket: 3, high: largest, low: largest - 1 });
    const exact = BigInt(documents + 1) * BigInt(largest);
    expect(sums.list()).toEqual([
      { bucket: 3, documents: documents + 1, high: Number(exact), low: Number(exact - 1n) },
    ]);
    expect(BigInt(Number(exact - 1n))).toBe(exact - 1n);
  });
});

describe('the digest of a read model', () => {
  it('does not depend on the order of buckets, nor on empty ones', () => {
    fc.assert(
      fc.property(digests, (all) => {
        const buckets = naive(all);
        const empty = { bucket: 999, documents: 0, high: 0, low: 0 };
        expect(digestOfBuckets([...buckets].reverse().concat(empty))).toBe(digestOfBuckets(buckets));
      }),
    );
  });

  it('is another one for another content', () => {
    const one = documentDigest('p1', '{"stock":1}');
    const two = documentDigest('p1', '{"stock":2}');
    const other = documentDigest('p2', '{"stock":1}');
    const contents = [[], [one], [two], [other], [one, other], [one, one]];
    expect(new Set(contents.map((content) => digestOfBuckets(sumsOf(content).list()))).size).toBe(
      contents.length,
    );
  });

  it('stays the same from release to release', () => {
    const content = [documentDigest('p1', '{"stock":1}'), documentDigest('p2', '{"stock":2}')];
    expect(digestOfBuckets(sumsOf(content).list())).toBe(
      'd511addd8b098ca1ee02db7d2035d8896ceacd808d4374c51eed47272c9d821c',
    );
  });
});
