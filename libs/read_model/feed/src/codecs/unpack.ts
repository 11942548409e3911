import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { compressionsAlgorithms, findErrorBy } from '../client/kafka-client.ts';
import { lz4Bound, snappySize } from './unpacked-size.ts';

/** Kafka's codecs for record batches. */
export const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof codecs)[number];

/** Many times what a producer puts into a batch (1 MB by default), and little compared with a process's memory. */
export const defaultUnpackedBytes = 64 * 2 ** 20;

/** A record batch that cannot be unpacked. Rereading gives the same result, so it is never waited out. */
export class BatchUnreadable extends Error {
  readonly code = 'BATCH_UNREADABLE';
  readonly retryable = false;
  /** The same for kafkajs, which would reread the batch forever. */
  readonly retriable = false;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'BatchUnreadable';
  }
}

/** The unreadable batch that a fetch failed with, as deep as the client hides it. */
export function unreadableBatchIn(error: unknown): BatchUnreadable | undefined {
  const found = error instanceof Error ? findErrorBy(error, 'code', 'BATCH_UNREADABLE') : undefined;
  return found instanceof BatchUnreadable ? found : undefined;
}

// The originals, kept before bounded ones replace them.
const { decompressSync: unpackSnappy } = compressionsAlgorithms.snappy;
const { decompressSync: unpackLz4 } = compressionsAlgorithms.lz4;

const unpackers: { readonly [C in Codec]: (packed: Buffer, limitBytes: number) => Buffer } = {
  gzip: (packed, limitBytes) => gunzipSync(packed, { maxOutputLength: limitBytes }),
  zstd: (packed, limitBytes) => zstdDecompressSync(packed, { maxOutputLength: limitBytes }),
  snappy: (packed, limitBytes) => unpackSnappy(within(packed, snappySize(packed), limitBytes)),
  lz4: (packed, limitBytes) => unpackLz4(within(packed, lz4Bound(packed), limitBytes)),
};

/**
 * Unpacks what a record batch holds.
 * @param limitBytes most bytes it may unpack to: a few kilobytes can stand for gigabytes
 * @throws BatchUnreadable when it is larger, or damaged; nothing larger was held in memory
 */
export function unpack(codec: Codec, packed: Buffer, limitBytes: number): Buffer {
  try {
    return unpackers[codec](packed, limitBytes);
  } catch (cause) {
    const problem = isTooLarge(cause) ? tooLarge(limitBytes) : 'is damaged';
    throw new BatchUnreadable(`a record batch packed with ${codec} ${problem}`, { cause });
  }
}

/** Packs a record batch. */
export function pack(codec: Codec, plain: Buffer): Buffer {
  return compressionsAlgorithms[codec].compressSync(plain);
}

/**
 * Makes every group-free Kafka reader of this thread unpack within a limit. The library has no setting for it, so this changes
 * its table of codecs.
 */
export function boundUnpacking(limitBytes: number): void {
  for (const codec of codecs) {
    const decompressSync = (packed: Buffer) => unpack(codec, packed, limitBytes);
    Object.assign(compressionsAlgorithms[codec], { decompressSync });
  }
}

class TooLarge extends Error {}

function within(packed: Buffer, bytes: number, limitBytes: number): Buffer {
  if (bytes > limitBytes) throw new TooLarge(`${bytes} bytes`);
  return packed;
}

function isTooLarge(error: unknown): boolean {
  return error instanceof TooLarge || (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(limitBytes: number): string {
  return (
    `unpacks to more than ${limitBytes} bytes. Raise KAFKA_MAX_UNPACKED_BATCH_BYTES if such batches are intended, ` +
    'and the memory of the process with it'
  );
}
