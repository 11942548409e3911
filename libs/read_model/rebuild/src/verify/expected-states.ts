import { createHash, type Hash } from 'node:crypto';
import { closeSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import {
  bucketCount,
  BucketSums,
  type BucketDigest,
  type DocumentDigest,
} from '@reprise/read-model-documents';
import { changedOnDisk, createPrivateFile } from '../private-files/private-file.ts';
import { scratchDirectory, type ScratchDirectory } from '../private-files/scratch-directory.ts';
import type { DocumentState } from './classify.ts';

/** Buckets whose states lie in one file. */
const bucketsPerFile = 4;
const chunkBytes = 64 << 10;
/** length of id (2), version (8: positions grow beyond 32 bits), high (4), low (4), bucket (1) */
const headerBytes = 19;

interface StateFile {
  readonly path: string;
  descriptor: number | undefined;
  /** Of what is on the disk, as is the hash. */
  bytes: number;
  readonly hash: Hash;
  chunk: Buffer;
  used: number;
}

/**
 * What the log says about every document: version and digest, on disk by bucket beyond a few kilobytes a bucket, so that the log
 * is folded once and any buckets can be compared afterwards. About 50 bytes a document. Ownership: the opener disposes it.
 */
export class ExpectedStates {
  readonly #scratch: ScratchDirectory;
  readonly #files: StateFile[];
  readonly #sums = new BucketSums();

  private constructor(scratch: ScratchDirectory) {
    this.#scratch = scratch;
    this.#files = Array.from({ length: bucketCount / bucketsPerFile }, (_, file) => ({
      path: join(scratch.path, `${file}.states`),
      descriptor: undefined,
      bytes: 0,
      hash: createHash('sha256'),
      chunk: Buffer.alloc(0),
      used: 0,
    }));
  }

  static open(): ExpectedStates {
    return new ExpectedStates(scratchDirectory());
  }

  add(id: string, version: number, digest: DocumentDigest): void {
    const { bucket, high, low } = digest;
    this.#sums.add(digest);
    const file = this.#files[Math.floor(bucket / bucketsPerFile)]!;
    const idBytes = Buffer.byteLength(id);
    const size = headerBytes + idBytes;
    if (file.used + size > file.chunk.length) this.#makeRoom(file, size);
    const { chunk, used } = file;
    chunk.writeUInt16LE(idBytes, used);
    chunk.writeDoubleLE(version, used + 2);
    chunk.writeUInt32LE(high, used + 10);
    chunk.writeUInt32LE(low, used + 14);
    chunk.writeUInt8(bucket, used + 18);
    chunk.write(id, used + headerBytes);
    file.used += size;
  }

  /** Bucket sums of all that was added. */
  get buckets(): BucketDigest[] {
    return this.#sums.list();
  }

  /**
   * The states of these buckets, by document id.
   * @throws RebuildError REFUSED when what lies on disk is not what was written
   */
  read(buckets: ReadonlySet<number>): Map<string, DocumentState> {
    const states = new Map<string, DocumentState>();
    for (const number of new Set([...buckets].map((bucket) => Math.floor(bucket / bucketsPerFile)))) {
      const file = this.#files[number]!;
      readStates(readBack(file), buckets, states);
      readStates(file.chunk.subarray(0, file.used), buckets, states);
    }
    return states;
  }

  dispose(): void {
    for (const { descriptor } of this.#files) if (descriptor !== undefined) closeSync(descriptor);
    this.#scratch.remove();
  }

  #makeRoom(file: StateFile, size: number): void {
    if (file.used > 0) {
      file.descriptor ??= createPrivateFile(file.path);
      for (let from = 0; from < file.used;)
        from += writeSync(file.descriptor, file.chunk, from, file.used - from);
      file.hash.update(file.chunk.subarray(0, file.used));
      file.bytes += file.used;
    }
    if (file.chunk.length < size) file.chunk = Buffer.allocUnsafe(Math.max(size, chunkBytes));
    file.used = 0;
  }
}

/** What a file holds on the disk, proven to be what was written. */
function readBack({ path, descriptor, bytes, hash }: StateFile): Buffer {
  const content = Buffer.allocUnsafe(bytes);
  if (descriptor === undefined) return content;
  for (let at = 0; at < bytes;) {
    const read = readSync(descriptor, content, at, bytes - at, at);
    if (read === 0) throw changedOnDisk(path);
    at += read;
  }
  if (createHash('sha256').update(content).digest('hex') !== hash.copy().digest('hex'))
    throw changedOnDisk(path);
  return content;
}

function readStates(bytes: Buffer, buckets: ReadonlySet<number>, into: Map<string, DocumentState>): void {
  for (let at = 0; at < bytes.length;) {
    const end = at + headerBytes + bytes.readUInt16LE(at);
    const bucket = bytes.readUInt8(at + 18);
    if (buckets.has(bucket)) {
      const version = bytes.readDoubleLE(at + 2);
      const [high, low] = [bytes.readUInt32LE(at + 10), bytes.readUInt32LE(at + 14)];
      into.set(bytes.toString('utf8', at + headerBytes, end), { version, digest: { bucket, high, low } });
    }
    at = end;
  }
}
