import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  changedOnDisk,
  createPrivateFile,
  makePrivateDirectory,
  openPrivateFile,
  removePrivate,
} from '../private-files/private-file.ts';

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
  readonly path: string;
  readonly descriptor: number;
  /** Records that wait to be written, one behind the other. */
  readonly pending: Buffer;
  pendingBytes: number;
  /** Of what is on the disk, as is the hash. */
  bytes: number;
  readonly hash: Hash;
}

/** What a directory of spilled records held at a moment: later bytes do not belong to it. */
export interface SpillManifest {
  readonly directory: string;
  readonly files: readonly { readonly number: number; readonly bytes: number; readonly sha256: string }[];
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
    makePrivateDirectory(directory);
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

  /** Flushes everything to disk and returns what is there. */
  sync(): SpillManifest {
    const files = [...this.#files].map(([number, file]) => {
      this.#flush(file);
      fsyncSync(file.descriptor);
      return { number, bytes: file.bytes, sha256: digestOf(file) };
    });
    return { directory: this.directory, files };
  }

  /**
   * Copies what a manifest names, to resume from there.
   * @throws Error when a file is gone, shorter, or not what it was
   */
  takeOver({ directory, files }: SpillManifest): void {
    for (const { number, bytes, sha256 } of files) {
      const file = this.#file(number);
      const original = openPrivateFile(join(directory, nameOf(number)));
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
      if (file.bytes !== bytes || digestOf(file) !== sha256)
        throw new Error(`${join(directory, nameOf(number))} is not what it was`);
      this.#bytes += bytes;
    }
  }

  /**
   * The records file by file, in the order they were added within each. A file is proven at its end: its records count when all
   * of them have been read.
   * @throws RebuildError REFUSED when it is not what was written
   */
  *files(): Generator<Generator<SpilledRecord>> {
    for (const file of this.#files.values()) {
      this.#flush(file);
      yield readRecords(file);
    }
  }

  /** Closes the files and leaves them where they are. */
  close(): void {
    for (const { descriptor } of this.#files.values()) closeSync(descriptor);
    this.#files.clear();
  }

  remove(): void {
    this.close();
    removePrivate(this.directory);
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
    file.hash.update(bytes);
  }

  #file(number: number): SpillFile {
    let file = this.#files.get(number);
    if (file === undefined) {
      const path = join(this.directory, nameOf(number));
      file = {
        path,
        descriptor: createPrivateFile(path),
        pending: Buffer.allocUnsafe(flushBytes),
        pendingBytes: 0,
        bytes: 0,
        hash: createHash('sha256'),
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

/** The digest so far; more may be written afterwards. */
function digestOf({ hash }: SpillFile): string {
  return hash.copy().digest('hex');
}

function* readRecords(file: SpillFile): Generator<SpilledRecord> {
  const { path, descriptor, bytes } = file;
  const hash = createHash('sha256');
  let buffer = Buffer.alloc(0);
  let offset = 0;
  while (offset < bytes) {
    const chunk = Buffer.allocUnsafe(readBytes);
    const read = readSync(descriptor, chunk, 0, Math.min(readBytes, bytes - offset), offset);
    if (read === 0) break;
    offset += read;
    hash.update(chunk.subarray(0, read));
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
  if (hash.digest('hex') !== digestOf(file)) throw changedOnDisk(path);
}
