import { closeSync, fsyncSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

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
  pending: Buffer[];
  pendingBytes: number;
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

  /** Adds a record; throws the file system's error (no space left, say) with the directory named. */
  append({ value, key, position }: SpilledRecord): void {
    const file = this.#file(this.#numberOf(key));
    const keyBytes = Buffer.from(key);
    const header = Buffer.allocUnsafe(headerBytes);
    header.writeInt32LE(value === null ? -1 : value.length, 0);
    header.writeInt32LE(keyBytes.length, 4);
    header.writeBigInt64LE(position, 8);
    file.pending.push(header, keyBytes);
    file.pendingBytes += headerBytes + keyBytes.length;
    if (value !== null) {
      // A copy: the value is a view of a fetched batch of megabytes that must not be kept alive by it.
      file.pending.push(Buffer.from(value));
      file.pendingBytes += value.length;
    }
    this.#bytes += headerBytes + keyBytes.length + (value?.length ?? 0);
    if (file.pendingBytes >= flushBytes) this.#flush(file);
  }

  /** Writes everything down to the disk. */
  sync(): void {
    for (const file of this.#files.values()) {
      this.#flush(file);
      fsyncSync(file.descriptor);
    }
  }

  /** The records file by file, in the order they were added within each. */
  *files(): Generator<Generator<SpilledRecord>> {
    for (const file of this.#files.values()) {
      this.#flush(file);
      yield readRecords(file.descriptor);
    }
  }

  remove(): void {
    for (const { descriptor } of this.#files.values()) closeSync(descriptor);
    this.#files.clear();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #flush(file: SpillFile): void {
    if (file.pendingBytes === 0) return;
    const bytes = Buffer.concat(file.pending);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file.descriptor, bytes, written, bytes.length - written);
    }
    file.pending = [];
    file.pendingBytes = 0;
  }

  #file(number: number): SpillFile {
    let file = this.#files.get(number);
    if (file === undefined) {
      file = {
        descriptor: openSync(join(this.directory, `${number}.records`), 'w+'),
        pending: [],
        pendingBytes: 0,
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
