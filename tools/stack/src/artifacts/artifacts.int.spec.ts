import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { verifyFolder } from './digests.ts';
import { unzip } from './zip.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'stack-artifacts-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const digest = (text: string) => createHash('sha256').update(text).digest('hex');

describe('verifyFolder', () => {
  const pins = new Map([
    ['a.jar', digest('content of a')],
    ['b.jar', digest('content of b')],
  ]);

  it('accepts exactly the pinned files', async () => {
    writeFileSync(join(folder, 'a.jar'), 'content of a');
    writeFileSync(join(folder, 'b.jar'), 'content of b');
    await expect(verifyFolder(folder, 'kafka', pins)).resolves.toBeUndefined();
  });

  it('names each file that differs, is missing or was not asked for', async () => {
    writeFileSync(join(folder, 'a.jar'), 'content of A');
    writeFileSync(join(folder, 'extra.jar'), 'x');
    const failure = verifyFolder(folder, 'kafka', pins);
    await expect(failure).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expect(failure).rejects.toThrow(`other content:   ${digest('content of A')}  kafka/a.jar`);
    await expect(failure).rejects.toThrow(/missing: +kafka\/b\.jar/);
    await expect(failure).rejects.toThrow(/not in the list: [0-9a-f]{64} {2}kafka\/extra\.jar/);
  });
});

/** A zip archive, as section 4.3 of the format's specification lays it out. */
function zip(entries: { name: string; text: string; mode?: number }[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, text, mode = 0o644 } of entries) {
    const data = deflateRawSync(Buffer.from(text));
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE(8, 10);
    record.writeUInt32LE(data.length, 20);
    record.writeUInt32LE(text.length, 24);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt32LE((mode << 16) >>> 0, 38);
    record.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), data);
    directory.push(record, Buffer.from(name));
    offset += 30 + name.length + data.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, table, end]);
}

describe('unzip', () => {
  const archive = () => join(folder, 'a.zip');
  const target = () => join(folder, 'out');
  beforeEach(() => mkdirSync(join(folder, 'out')));

  it('writes every file and keeps the executable ones executable', async () => {
    const script = { name: 'dist/bin/run', text: '#!/bin/sh\n'.repeat(50), mode: 0o100755 };
    writeFileSync(archive(), zip([script, { name: 'dist/lib/a.jar', text: 'jar' }]));
    await unzip(archive(), target());
    expect(readFileSync(join(target(), 'dist/bin/run'), 'utf8')).toBe(script.text);
    expect(statSync(join(target(), 'dist/bin/run')).mode & 0o777).toBe(0o755);
    expect(statSync(join(target(), 'dist/lib/a.jar')).mode & 0o777).toBe(0o644);
  });

  it('refuses an entry that points out of the folder', async () => {
    writeFileSync(archive(), zip([{ name: '../escaped', text: 'x' }]));
    await expect(unzip(archive(), target())).rejects.toThrow('unsafe path: ../escaped');
    expect(existsSync(join(folder, 'escaped'))).toBe(false);
  });

  it('refuses half an archive', async () => {
    const whole = zip([{ name: 'a', text: 'x'.repeat(1000) }]);
    writeFileSync(archive(), whole.subarray(0, whole.length - 30));
    await expect(unzip(archive(), target())).rejects.toThrow('no zip archive, or only a part of one');
  });
});
