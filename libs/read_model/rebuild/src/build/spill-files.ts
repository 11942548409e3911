import { closeSync, fsyncSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A record as it lies in the log, with what is needed to fold it later. */
export interface SpilledRecord {
  readonly value: Buffer | null;
  readonly key: string;
  readonly position: bigint;
}

const bucketFiles = 64;
const flushBytes = 128 << 10;
const readBytes = 1 << 20;
/** length of value (-1 for null), length of key, position */
const headerBytes = 16;

interface SpillFile {
  readonly descriptor: number;
  /** Records that wait to be written, one behind the other. */
  readonly pending: Buffer;
  pendingBytes: number;
  /** Of what is on the disk. */
  bytes: number;
  crc32: number;
}

/** What a directory of spilled records held at a moment: later bytes do not belong to it. */
export interface SpillManifest {
  readonly directory: string;
  readonly files: readonly { readonly number: number; readonly bytes: number; readonly crc32: number }[];
}

/**
 * Records that do not fit in memory, kept on disk in files by a hash of their key, in log order within a file, so that each
 * file can be folded on its own later (the partitioning step of a hybrid hash join, DeWitt et al. 1984).
 * Ownership: the fold table that made it removes it.
 */
export class SpillFiles {
  readonly directory: string;
  readonly #seed: number;
  readonly #files = new Map<number, SpillFile>();
  #bytes = 0;

  /** @param seed another one at each depth, so that a file that is folded in turn falls apart differently */
  constructor(directory: string, seed: number) {
    this.directory = directory;
    this.#seed = seed;
    mkdirSync(directory, { recursive: true });
  }

  /** Bytes written or waiting to be. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Adds a record; throws the file system's error (no space left, say) with the directory named. The value is copied: it is a
   * view of a fetched batch of megabytes that must not be kept alive by it.
   */
  append(record: SpilledRecord): void {
    const file = this.#file(this.#numberOf(record.key));
    const keyBytes = Buffer.byteLength(record.key);
    const size = headerBytes + keyBytes + (record.value?.length ?? 0);
    if (file.pendingBytes + size > flushBytes) this.#flush(file);
    if (size > flushBytes) {
      const single = Buffer.allocUnsafe(size);
      putRecord(single, 0, record, keyBytes);
      this.#write(file, single);
    } else {
      putRecord(file.pending, file.pendingBytes, record, keyBytes);
      file.pendingBytes += size;
    }
    this.#bytes += size;
  }

  /** Writes everything down to the disk and tells what is there. */
  sync(): SpillManifest {
    const files = [...this.#files].map(([number, file]) => {
      this.#flush(file);
      fsyncSync(file.descriptor);
      return { number, bytes: file.bytes, crc32: file.crc32 };
    });
    return { directory: this.directory, files };
  }

  /**
   * Copies what a manifest names, to go on from there.
   * @throws Error when a file is gone, shorter, or not what it was
   */
  takeOver({ directory, files }: SpillManifest): void {
    for (const { number, bytes, crc32: expected } of files) {
      const file = this.#file(number);
      const original = openSync(join(directory, nameOf(number)), 'r');
      try {
        const chunk = Buffer.allocUnsafe(readBytes);
        while (file.bytes < bytes) {
          const read = readSync(original, chunk, 0, Math.min(readBytes, bytes - file.bytes), file.bytes);
          if (read === 0) break;
          this.#write(file, chunk.subarray(0, read));
        }
      } finally {
        closeSync(original);
      }
      if (file.bytes !== bytes || file.crc32 !== expected)
        throw new Error(`${join(directory, nameOf(number))} is not what it was`);
      this.#bytes += bytes;
    }
  }

  /** The records file by file, in the order they were added within each. */
  *files(): Generator<Generator<SpilledRecord>> {
    for (const file of this.#files.values()) {
      this.#flush(file);
      yield readRecords(file.descriptor);
    }
  }

  /** Closes the files and leaves them where they are. */
  close(): void {
    for (const { descriptor } of this.#files.values()) closeSync(descriptor);
    this.#files.clear();
  }

  remove(): void {
    this.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #flush(file: SpillFile): void {
    if (file.pendingBytes === 0) return;
    this.#write(file, file.pending.subarray(0, file.pendingBytes));
    file.pendingBytes = 0;
  }

  #write(file: SpillFile, bytes: Buffer): void {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file.descriptor, bytes, written, bytes.length - written);
    }
    file.bytes += bytes.length;
    file.crc32 = crc32(bytes, file.crc32);
  }

  #file(number: number): SpillFile {
    let file = this.#files.get(number);
    if (file === undefined) {
      file = {
        descriptor: openSync(join(this.directory, nameOf(number)), 'w+'),
        pending: Buffer.allocUnsafe(flushBytes),
        pendingBytes: 0,
        bytes: 0,
        crc32: 0,
      };
      this.#files.set(number, file);
    }
    return file;
  }

  #numberOf(key: string): number {
    let value = 0x811c9dc5 ^ this.#seed;
    for (let i = 0; i < key.length; i++) value = Math.imul(value ^ key.charCodeAt(i), 0x01000193);
    value ^= value >>> 15;
    return (Math.imul(value, 0x2c1b3c6d) >>> 16) % bucketFiles;
  }
}

function putRecord(
  target: Buffer,
  at: number,
  { value, key, position }: SpilledRecord,
  keyBytes: number,
): void {
  target.writeInt32LE(value === null ? -1 : value.length, at);
  target.writeInt32LE(keyBytes, at + 4);
  target.writeBigInt64LE(position, at + 8);
  target.write(key, at + headerBytes);
  value?.copy(target, at + headerBytes + keyBytes);
}

function nameOf(number: number): string {
  return `${number}.records`;
}

function* readRecords(descriptor: number): Generator<SpilledRecord> {
  let buffer = Buffer.alloc(0);
  let offset = 0;
  for (;;) {
    const chunk = Buffer.allocUnsafe(readBytes);
    const read = readSync(descriptor, chunk, 0, readBytes, offset);
    if (read === 0) return;
    offset += read;
    buffer = Buffer.concat([buffer, chunk.subarray(0, read)]);
    let at = 0;
    for (;;) {
      if (buffer.length - at < headerBytes) break;
      const valueLength = buffer.readInt32LE(at);
      const keyLength = buffer.readInt32LE(at + 4);
      const size = headerBytes + keyLength + Math.max(valueLength, 0);
      if (buffer.length - at < size) break;
      const keyEnd = at + headerBytes + keyLength;
      yield {
        key: buffer.toString('utf8', at + headerBytes, keyEnd),
        value: valueLength < 0 ? null : buffer.subarray(keyEnd, keyEnd + valueLength),
        position: buffer.readBigInt64LE(at + 8),
      };
      at += size;
    }
    buffer = buffer.subarray(at);
  }
}
