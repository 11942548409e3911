import {
  CutoverConflict,
  DependencyError,
  GenerationConflict,
  type DocumentToWrite,
  type GenerationName,
  type GenerationStore,
  type ReadersTarget,
  type WriteResult,
} from '@reprise/reprise';
import type { DatabaseSync } from 'node:sqlite';
import { metaOf, namesOf, observedOf, schema, storedOf, type DocumentRow } from './sqlite-rows.ts';

/** How the registry calls it. */
export const kind = 'own:sqlite';

/** Generations of one projection in a SQLite file. The database stays the caller's, who closes it. */
export function sqliteStore(database: DatabaseSync, projection: string): GenerationStore {
  database.exec(schema);

  /** Runs `work` in one transaction: all of it, or nothing. */
  function atOnce<T>(work: () => T): T {
    database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }

  /** The rows of a generation that a condition selects. */
  function rows(name: GenerationName, where = '', ...values: string[]): DocumentRow[] {
    if (metaOf(database, name) === undefined)
      throw new DependencyError(kind, `There is no generation ${name} in this file. Nothing was changed.`, {
        absent: true,
      });
    const selected = database.prepare(`SELECT * FROM documents WHERE generation = ? ${where}`);
    return selected.all(name, ...values) as unknown as DocumentRow[];
  }

  const rowOf = (name: GenerationName, id: string) => rows(name, 'AND id = ?', id)[0];

  function readersNow(): ReadersTarget {
    const [name] = namesOf(database, 'readers', projection);
    return name === undefined ? { kind: 'none' } : { kind: 'generation', name };
  }

  /** Writes a document if `condition` holds for what is there. */
  function put(name: GenerationName, document: DocumentToWrite, condition: string): boolean {
    const { id, version, tombstone = null, canonical, digest } = document;
    const { changes } = database
      .prepare(
        `INSERT INTO documents (generation, id, version, tombstone, document, bucket, high, low)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (generation, id) DO UPDATE SET version = excluded.version, tombstone = excluded.tombstone,
           document = excluded.document, high = excluded.high, low = excluded.low, revision = documents.revision + 1
         WHERE ${condition}`,
      )
      .run(name, id, version, tombstone, canonical, digest.bucket, digest.high, digest.low);
    return changes === 1;
  }

  return {
    kind,
    readers: projection,
    assertHealthy: () => Promise.resolve([]),

    async create(name, meta) {
      if (metaOf(database, name))
        throw new GenerationConflict(
          `${name} exists already; it was left as it is. Build under another name.`,
        );
      database
        .prepare('INSERT INTO generations (name, projection, meta) VALUES (?, ?, ?)')
        .run(name, projection, JSON.stringify(meta));
    },
    meta: async (name) => metaOf(database, name),
    list: async () => namesOf(database, 'generations', projection),

    async write(name, documents, signal): Promise<WriteResult> {
      signal?.throwIfAborted();
      await Promise.resolve();
      signal?.throwIfAborted();
      rows(name, 'LIMIT 0');
      const isNewer = 'excluded.version > documents.version';
      const written = atOnce(() => documents.filter((document) => put(name, document, isNewer)).length);
      return { written, stale: documents.length - written, rejected: [] };
    },

    async read(name, ids) {
      const found = rows(name, 'AND id IN (SELECT value FROM json_each(?))', JSON.stringify(ids));
      return new Map(found.map((row) => [row.id, storedOf(row)]));
    },
    observe: async (name, id) => observedOf(rowOf(name, id)),
    correct: async (name, id, observed, document) =>
      atOnce(() => {
        const there = observedOf(rowOf(name, id));
        if (there?.revision !== observed?.revision) return { outcome: 'changed' };
        if (document) put(name, document, 'true');
        else database.prepare('DELETE FROM documents WHERE generation = ? AND id = ?').run(name, id);
        return { outcome: 'corrected' };
      }),

    async *scan(name, { batchSize = 1_000, buckets, signal } = {}) {
      const within = buckets && JSON.stringify(buckets);
      const found = within
        ? rows(name, 'AND bucket IN (SELECT value FROM json_each(?))', within)
        : rows(name);
      for (let at = 0; at < found.length; at += batchSize) {
        signal?.throwIfAborted();
        yield found.slice(at, at + batchSize).map(storedOf);
      }
    },
    refresh: async (name) => void rows(name, 'LIMIT 0'),

    async bucketDigests(name) {
      const sums = database.prepare(
        `SELECT bucket, count(*) AS documents, sum(high) AS high, sum(low) AS low FROM documents
         WHERE generation = ? GROUP BY bucket ORDER BY bucket`,
      );
      return sums.all(name) as unknown as Awaited<ReturnType<GenerationStore['bucketDigests']>>;
    },
    async counts(name) {
      const counted = database.prepare(
        'SELECT count(*) AS documents, count(tombstone) AS tombstones FROM documents WHERE generation = ?',
      );
      return counted.get(name) as unknown as Awaited<ReturnType<GenerationStore['counts']>>;
    },
    finishBuild: async (name) => void rows(name, 'LIMIT 0'),

    observeReaders: async () => readersNow(),
    async readBy() {
      const now = readersNow();
      return new Map(now.kind === 'generation' ? [[now.name, [projection]]] : []);
    },
    switchReaders: async (from, to) =>
      atOnce(() => {
        const now = readersNow();
        const at = now.kind === 'generation' ? now.name : undefined;
        if (at !== from || metaOf(database, to) === undefined)
          throw new CutoverConflict(
            `Readers are at ${at ?? 'no generation'}, not at ${from ?? 'none'}, or ${to} is gone. They were not moved.`,
          );
        database.prepare('REPLACE INTO readers (projection, name) VALUES (?, ?)').run(projection, to);
      }),
    drop: async (name) =>
      atOnce(() => {
        const now = readersNow();
        if (now.kind === 'generation' && now.name === name)
          throw new GenerationConflict(
            `${name} was not dropped: readers use it. Cut over to another generation first.`,
          );
        database.prepare('DELETE FROM documents WHERE generation = ?').run(name);
        database.prepare('DELETE FROM generations WHERE name = ?').run(name);
      }),
    sizeInBytes: async (name) => rows(name).reduce((bytes, { document }) => bytes + document.length, 0),
  };
}
