import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';

interface Entry {
  name: string;
  method: number;
  compressedSize: number;
  size: number;
  mode: number;
  headerOffset: number;
}

const endRecord = 0x06054b50;
const directoryRecord = 0x02014b50;
const localRecord = 0x04034b50;

/** Reads the central directory of a zip archive (APPNOTE 6.3, sections 4.3.12 and 4.3.16; not zip64). */
export function parseDirectory(
  tail: Buffer,
  tailOffset: number,
): { count: number; offset: number; size: number } {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endRecord) continue;
    const [count, size, offset] = [
      tail.readUInt16LE(at + 10),
      tail.readUInt32LE(at + 12),
      tail.readUInt32LE(at + 16),
    ];
    if (offset + size <= tailOffset + at) return { count, size, offset };
  }
  throw new Error('This is no zip archive, or only a part of one.');
}

function parseEntries(directory: Buffer, count: number): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  while (entries.length < count) {
    if (directory.readUInt32LE(at) !== directoryRecord)
      throw new Error('The archive has a broken directory.');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      method: directory.readUInt16LE(at + 10),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: directory.readUInt32LE(at + 38) >>> 16,
      headerOffset: directory.readUInt32LE(at + 42),
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * Unpacks a zip archive into `target`, keeping the executable bits. Written here because neither Node, a Java runtime
 * (without the JDK tools) nor a minimal Linux brings an unpacker. Entries that point outside of `target` are refused.
 */
export async function unzip(archive: string, target: string): Promise<void> {
  const file = await open(archive, 'r');
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 65_557));
    await file.read(tail, 0, tail.length, size - tail.length);
    const directory = parseDirectory(tail, size - tail.length);
    const table = Buffer.alloc(directory.size);
    await file.read(table, 0, table.length, directory.offset);
    for (const entry of parseEntries(table, directory.count)) {
      const path = resolve(target, entry.name);
      if (!path.startsWith(resolve(target) + sep))
        throw new Error(`The archive has an unsafe path: ${entry.name}`);
      if (entry.name.endsWith('/')) {
        mkdirSync(path, { recursive: true });
        continue;
      }
      const header = Buffer.alloc(30);
      await file.read(header, 0, 30, entry.headerOffset);
      if (header.readUInt32LE(0) !== localRecord) throw new Error(`The archive is broken at ${entry.name}.`);
      const data = Buffer.alloc(entry.compressedSize);
      const start = entry.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
      await file.read(data, 0, data.length, start);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content(entry, data));
      chmodSync(path, entry.mode & 0o111 ? 0o755 : 0o644);
    }
  } finally {
    await file.close();
  }
}

function content(entry: Entry, data: Buffer): Buffer {
  const bytes = entry.method === 0 ? data : inflateRawSync(data);
  if ((entry.method !== 0 && entry.method !== 8) || bytes.length !== entry.size) {
    throw new Error(`The archive is broken at ${entry.name}.`);
  }
  return bytes;
}
