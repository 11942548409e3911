import { BatchUnreadable, codecs, pack, unpack, type Codec } from '@reprise/read-model-feed';
import { commandLine } from '@reprise/runtime/commands';
import kafkajs from 'kafkajs';

// Node finds no named exports of these in kafkajs' CommonJS.
const { CompressionCodecs, CompressionTypes } = kafkajs;

const typeOf = {
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const satisfies { readonly [C in Codec]: unknown };

/**
 * Has kafkajs, which knows gzip alone, read and write with every codec, as the rebuild does. It holds for the whole process.
 * @param limitBytes most bytes a record batch may unpack to
 */
export function readEveryCodec(limitBytes: number): void {
  for (const name of codecs) {
    const codec = {
      compress: ({ buffer }: { readonly buffer: Buffer }) => Promise.resolve(pack(name, buffer)),
      decompress: (packed: Buffer) =>
        Promise.resolve().then(() => unpackOrSayWhere(name, packed, limitBytes)),
    };
    CompressionCodecs[typeOf[name]] = () => codec;
  }
}

/** kafkajs does not say which partition it was reading; a dry run, which reads the same log, does. */
function unpackOrSayWhere(codec: Codec, packed: Buffer, limitBytes: number): Buffer {
  try {
    return unpack(codec, packed, limitBytes);
  } catch (cause) {
    if (!(cause instanceof BatchUnreadable)) throw cause;
    throw new BatchUnreadable(
      `Reading the event log stopped: ${cause.message}. No position moved past it. To locate it, run: ` +
        commandLine.dryRun('all'),
      { cause },
    );
  }
}
