import { compressionsAlgorithms } from '@platformatic/kafka';
import fc from 'fast-check';
import { boundUnpacking, codecs, defaultUnpackedBytes, pack, unpack } from './unpack.ts';
import { lz4Bound, snappySize } from './unpacked-size.ts';

const limit = 2 ** 20;
const bytes = (settings: fc.IntArrayConstraints) =>
  fc.uint8Array(settings).map((array) => Buffer.from(array));

/** As Kafka's Java client writes it: a header and raw blocks behind their lengths. */
function xerial(blocks: readonly Buffer[]): Buffer {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const packed = blocks.map((block) => pack('snappy', block));
  return Buffer.concat([head, ...packed.flatMap((block) => [bigEndian(block.length), block])]);
}

function bigEndian(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

describe.each(codecs)('a record batch packed with %s', (codec) => {
  it('is unpacked to what was packed', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 5_000 }), fc.integer({ min: 1, max: 100 }), (part, times) => {
        const plain = Buffer.concat(Array.from({ length: times }, () => part));
        expect(unpack(codec, pack(codec, plain), limit).equals(plain)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is refused when it unpacks to more than the limit, and taken when it unpacks to less', () => {
    expect(unpack(codec, pack(codec, Buffer.alloc(900_000)), limit)).toHaveLength(900_000);
    const bomb = pack(codec, Buffer.alloc(100 * limit));
    expect(bomb.length).toBeLessThan(5 * limit);
    expect(() => unpack(codec, bomb, limit)).toThrow(
      expect.objectContaining({
        code: 'BATCH_UNREADABLE',
        retriable: false,
        message: expect.stringMatching(
          `packed with ${codec} unpacks to more than ${limit} bytes. Raise KAFKA_MAX_UNPACKED_BATCH_BYTES`,
        ),
      }),
    );
  });

  it('is called damaged when it is, and others are read afterwards', () => {
    fc.assert(
      fc.property(bytes({ maxLength: 200 }), (noise) => {
        try {
          unpack(codec, noise, limit);
        } catch (error) {
          expect(error).toMatchObject({ code: 'BATCH_UNREADABLE', message: expect.stringContaining(codec) });
        }
      }),
    );
    expect(() => unpack(codec, pack(codec, Buffer.alloc(50_000)).subarray(0, -20), limit)).toThrow(
      'is damaged',
    );
    expect(unpack(codec, pack(codec, Buffer.from('whole')), limit).toString()).toBe('whole');
  });

  it('is unpacked within the limit by the client that reads without a group', () => {
    try {
      boundUnpacking(10);
      expect(() => compressionsAlgorithms[codec].decompressSync(pack(codec, Buffer.alloc(11)))).toThrow(
        'unpacks to more than 10 bytes',
      );
    } finally {
      boundUnpacking(defaultUnpackedBytes);
    }
  });
});

describe('snappy blocks of the Java client', () => {
  it('are counted and unpacked together', () => {
    fc.assert(
      fc.property(fc.array(bytes({ minLength: 1, maxLength: 500 }), { maxLength: 20 }), (blocks) => {
        const plain = Buffer.concat(blocks);
        expect(snappySize(xerial(blocks))).toBe(plain.length);
        expect(unpack('snappy', xerial(blocks), limit).equals(plain)).toBe(true);
      }),
    );
    const many = Array.from({ length: 3 }, () => Buffer.alloc(limit / 2));
    expect(() => unpack('snappy', xerial(many), limit)).toThrow('unpacks to more than');
  });
});

describe('the bound of an LZ4 frame', () => {
  it('is at least what it unpacks to, and off by less than a block', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 * limit }), fc.nat(255), (length, filling) => {
        const bound = lz4Bound(pack('lz4', Buffer.alloc(length, filling)));
        expect(bound).toBeGreaterThanOrEqual(length);
        expect(bound).toBeLessThan(length + 4 * 2 ** 20);
      }),
      { numRuns: 50 },
    );
  });
});
