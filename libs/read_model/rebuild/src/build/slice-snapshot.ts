import { createHash } from 'node:crypto';
import { closeSync, createReadStream, fsync, renameSync, rmSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { promisify } from 'node:util';
import type { FoldEntry, HeldEvent } from '@reprise/read-model-projections';
import type { EventContract, JsonObject } from '@reprise/events';
import type { VersionedDocument } from '@reprise/read-model-documents';
import { createPrivateFile, makePrivateDirectory, openPrivateFile } from '../private-files/private-file.ts';
import type { FoldTable } from '../fold/fold-table.ts';
import { restoreTally, saveTally, type SavedTally, type SliceTally } from '../fold/slice-tally.ts';
import type { SpillManifest } from '../fold/spill-files.ts';

/** Names the snapshot of a slice that is half read. Plain JSON: it is part of the checkpoint. */
export interface SliceMark {
  /** Position of the next record to read, decimal text. */
  readonly position: string;
  /** Where it lies: an absolute path on that host. */
  readonly host: string;
  readonly directory: string;
  readonly sha256: string;
  /** Records folded so far. */
  readonly read: number;
}

/** What a snapshot belongs to; one of another build or slice is refused. */
export interface SnapshotOwner {
  readonly generation: string;
  readonly slice: number;
}

/** A snapshot that cannot be resumed from; the slice is read from its beginning instead. */
export class SnapshotUnusable extends Error {
  constructor(reason: string, options?: { cause?: unknown }) {
    super(reason, options);
    this.name = 'SnapshotUnusable';
  }
}

interface Header extends SnapshotOwner {
  readonly format: 2;
  readonly position: string;
  readonly tally: SavedTally;
  readonly bytes: number;
  readonly held: number;
  readonly spill: SpillManifest | undefined;
}

type EntryLine = [id: string, document: VersionedDocument | null, held?: [position: string, event: string][]];

const chunkBytes = 1 << 20;
const syncToDisk = promisify(fsync);

/**
 * Writes what a half-read slice has folded so far into a new file: a line of JSON for each document, after one for the counts
 * and the records on disk. The file is durable when this resolves, and no earlier snapshot was touched. All of the
 * table is written down before anything is waited for, so it holds no record that is added meanwhile.
 *
 * @param position of the next record to read
 * @throws the file system's error, with nothing left of the attempt
 */
export async function writeSnapshot(
  directory: string,
  owner: SnapshotOwner,
  position: bigint,
  table: FoldTable,
  tally: SliceTally,
): Promise<SliceMark> {
  makePrivateDirectory(directory);
  const { entries, bytes, held, spill } = table.freeze();
  const header: Header = {
    format: 2,
    ...owner,
    position: String(position),
    tally: saveTally(tally),
    bytes,
    held,
    spill,
  };
  const path = snapshotPath(directory, position);
  const unfinished = `${path}.part`;
  const hash = createHash('sha256');
  const { read } = tally;
  const file = createPrivateFile(unfinished);
  try {
    let text = `${JSON.stringify(header)}\n`;
    const flush = () => {
      const chunk = Buffer.from(text);
      hash.update(chunk);
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
      text = '';
    };
    for (const [id, entry] of entries) {
      text += `${JSON.stringify(lineOf(id, entry))}\n`;
      if (text.length >= chunkBytes) flush();
    }
    flush();
    await syncToDisk(file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  renameSync(unfinished, path);
  return {
    position: String(position),
    host: hostname(),
    directory,
    sha256: hash.digest('hex'),
    read,
  };
}

/** Removes a snapshot that a later one has replaced, or the end of its slice. */
export function removeSnapshot({ directory, position }: SliceMark): void {
  rmSync(snapshotPath(directory, BigInt(position)), { force: true });
}

/**
 * Fills an empty table with what a snapshot holds. Its records on disk are copied: a process that was only believed dead may
 * still be writing to the originals.
 *
 * @returns the counts so far
 * @throws SnapshotUnusable when it is on another host, gone, changed since it was written, or of another build
 */
export async function restoreSnapshot(
  mark: SliceMark,
  owner: SnapshotOwner,
  table: FoldTable,
): Promise<SliceTally> {
  if (mark.host !== hostname()) throw new SnapshotUnusable(`it lies on ${mark.host}`);
  const path = snapshotPath(mark.directory, BigInt(mark.position));
  let header: Header | undefined;
  const entries: [string, FoldEntry][] = [];
  try {
    for await (const lines of linesOf(path, mark.sha256)) {
      for (const line of lines) {
        if (header) entries.push(entryOf(JSON.parse(line) as EntryLine, table.events));
        else header = JSON.parse(line) as Header;
      }
    }
  } catch (cause) {
    if (cause instanceof SnapshotUnusable) throw cause;
    throw new SnapshotUnusable(`${path} cannot be read (${(cause as Error).message})`, { cause });
  }
  if (header?.format !== 2 || header.generation !== owner.generation || header.slice !== owner.slice)
    throw new SnapshotUnusable(`${path} belongs to another build, or was written by another version`);
  const { bytes, held, spill, tally } = header;
  try {
    table.thaw({ entries, bytes, held, spill });
  } catch (cause) {
    throw new SnapshotUnusable(`its records on disk cannot be used (${(cause as Error).message})`, { cause });
  }
  return restoreTally(tally);
}

/** The lines of a file, some at a time; its end proves whether it is the one that was written. */
async function* linesOf(path: string, sha256: string): AsyncGenerator<string[]> {
  const hash = createHash('sha256');
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const stream = createReadStream(path, { fd: openPrivateFile(path), highWaterMark: chunkBytes });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop()!;
    yield lines;
  }
  if (hash.digest('hex') !== sha256) throw new SnapshotUnusable(`${path} was changed since it was written`);
}

function lineOf(id: string, { document, held }: FoldEntry): EntryLine {
  const waiting = held?.map(({ position, event }): [string, string] => [position, JSON.stringify(event)]);
  return waiting ? [id, document ?? null, waiting] : [id, document ?? null];
}

function entryOf([id, document, waiting]: EntryLine, events: EventContract): [string, FoldEntry] {
  const held = waiting?.map(([position, text]): HeldEvent => {
    return { position, event: events.restore(JSON.parse(text) as JsonObject) };
  });
  return [id, { document: document ?? undefined, held }];
}

function snapshotPath(directory: string, position: bigint): string {
  return join(directory, `${position}.snapshot`);
}
