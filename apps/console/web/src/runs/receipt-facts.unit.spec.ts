import { digestLines, digestOf, fedFurther, judgeReceipt, receiptFacts } from './receipt-facts.ts';

const buckets = [
  { bucket: 200, documents: 2, high: 3_000_000_000, low: 7 },
  { bucket: 9, documents: 0, high: 0, low: 0 },
  { bucket: 3, documents: 1, high: 1, low: 2 },
];
const ranges = [{ partition: 0, start: '0', end: '10' }];

describe('a receipt, computed again', () => {
  it('is the hash of the buckets that have documents, in order', async () => {
    expect(digestLines(buckets)).toBe('3:1:1:2\n200:2:3000000000:7\n');
    expect(await digestOf([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('holds when the digests are equal, whatever was fed since', () => {
    expect(judgeReceipt({ digest: 'a' }, { digest: 'a' }, 'a', true).tone).toBe('ok');
  });

  it('is refused when the server says another digest than its buckets have', () => {
    expect(judgeReceipt({ digest: 'a' }, { digest: 'a' }, 'b', false).tone).toBe('bad');
  });

  it('differs wrongly when no later event was fed, and says nothing when some were or may have been', () => {
    const differs = (further: boolean | undefined) =>
      judgeReceipt({ digest: 'a' }, { digest: 'b' }, 'b', further).tone;
    expect([differs(true), differs(false), differs(undefined)]).toEqual(['unknown', 'bad', 'unknown']);
    expect(fedFurther(ranges, [{ partition: 0, position: '11' }])).toBe(true);
    expect(fedFurther(ranges, [{ partition: 0, position: '10' }])).toBe(false);
    expect(fedFurther(ranges, undefined)).toBeUndefined();
  });

  it('is read from JSON of any age', () => {
    expect(
      receiptFacts({ outcome: 'promoted', generation: { name: 'g' }, digest: 'd', ranges, warnings: ['w'] }),
    ).toEqual({
      ...{ outcome: 'promoted', generation: 'g', digest: 'd', ranges, warnings: ['w'], message: undefined },
    });
    expect(receiptFacts({ generation: null })).toMatchObject({
      generation: undefined,
      ranges: [],
      warnings: [],
    });
  });
});
