/** Bytes that Kafka's Java client writes before snappy blocks; other clients write one raw block. */
const xerialMark = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const xerialHeaderBytes = 16;

/**
 * How many bytes a snappy batch unpacks to, according to its blocks, without unpacking anything.
 * @throws Error when a block has no size
 */
export function snappySize(packed: Buffer): number {
  if (!packed.subarray(0, xerialMark.length).equals(xerialMark)) return blockSize(packed, 0);
  let bytes = 0;
  for (let at = xerialHeaderBytes; at < packed.length;) {
    const length = packed.readUInt32BE(at);
    bytes += blockSize(packed, at + 4);
    at += 4 + length;
  }
  return bytes;
}

/** The size at the head of a raw snappy block: 7 bits a byte, the lowest first. */
function blockSize(packed: Buffer, at: number): number {
  let size = 0;
  for (let i = 0; i < 5; i++) {
    const byte = packed.readUInt8(at + i);
    size += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return size;
  }
  throw new Error('a snappy block has no size');
}

const lz4Magic = 0x184d2204;
/** One byte of a packed block never stands for more than this many. */
const lz4Ratio = 255;

/**
 * The most bytes an LZ4 frame can unpack to, from the sizes of its blocks, without unpacking anything. Writers fill their blocks,
 * so for what they write it is the size but for the last block.
 * @throws Error when the batch is not an LZ4 frame
 */
export function lz4Bound(packed: Buffer): number {
  if (packed.readUInt32LE(0) !== lz4Magic) throw new Error('not an LZ4 frame');
  const flags = packed.readUInt8(4);
  const largestBlock = 2 ** (8 + 2 * ((packed.readUInt8(5) >> 4) & 0x07));
  const blockChecksumBytes = flags & 0x10 ? 4 : 0;
  let bytes = 0;
  // Behind magic, flags and block size: content size and dictionary where the flags say so, and a checksum.
  for (let at = 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1; at + 4 <= packed.length;) {
    const word = packed.readUInt32LE(at);
    if (word === 0) break;
    const stored = word % 2 ** 31;
    const isPacked = word < 2 ** 31;
    bytes += isPacked ? Math.min(largestBlock, stored * lz4Ratio) : stored;
    at += 4 + stored + blockChecksumBytes;
  }
  return bytes;
}
