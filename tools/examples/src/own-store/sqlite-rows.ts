import type { GenerationMeta, GenerationName, ObservedDocument, StoredDocument } from '@reprise/reprise';
import type { DatabaseSync } from 'node:sqlite';

/** The tables of the store. `revision` changes with every write of a document. */
export const schema = `
  CREATE TABLE IF NOT EXISTS generations (name TEXT PRIMARY KEY, projection TEXT NOT NULL, meta TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS readers (projection TEXT PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS documents (
    generation TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, tombstone TEXT, document TEXT NOT NULL,
    bucket INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (generation, id)) WITHOUT ROWID;`;

export interface DocumentRow {
  readonly id: string;
  readonly version: number;
  readonly tombstone: 'removed' | 'ended' | null;
  /** Canonical JSON; empty for a tombstone without a document. */
  readonly document: string;
  readonly bucket: number;
  readonly high: number;
  readonly low: number;
  readonly revision: number;
}

export function storedOf({
  id,
  version,
  tombstone,
  document,
  bucket,
  high,
  low,
}: DocumentRow): StoredDocument {
  return {
    id,
    version,
    tombstone: tombstone ?? undefined,
    document: document === '' ? undefined : (JSON.parse(document) as StoredDocument['document']),
    digest: { bucket, high, low },
  };
}

export function observedOf(row: DocumentRow | undefined): ObservedDocument | undefined {
  return row && { ...storedOf(row), revision: String(row.revision) };
}

/** What a generation says of itself; undefined where there is none of that name. */
export function metaOf(database: DatabaseSync, name: GenerationName): GenerationMeta | undefined {
  const row = database.prepare('SELECT meta FROM generations WHERE name = ?').get(name);
  return row && (JSON.parse(String(row['meta'])) as GenerationMeta);
}

/** Names of the generations of a projection, or of the one that its readers use. */
export function namesOf(
  database: DatabaseSync,
  table: 'generations' | 'readers',
  projection: string,
): GenerationName[] {
  const rows = database.prepare(`SELECT name FROM ${table} WHERE projection = ?`).all(projection);
  return rows.map((row) => row['name'] as GenerationName);
}
