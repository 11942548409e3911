import { BucketSums, type BucketDigest } from '@reprise/read-model-documents';
import type {
  Correction,
  DocumentToWrite,
  GenerationCounts,
  GenerationMeta,
  ObservedDocument,
  StoredDocument,
  WriteResult,
} from '@reprise/read-model-indices';

interface Row {
  readonly document: DocumentToWrite;
  /** Changes with every write, as a store's own mark of a state does. */
  readonly revision: number;
}

/** Why a store will never take a document; undefined for one that it takes. */
export type Refusal = (document: DocumentToWrite) => string | undefined;

/** The documents of one generation, under the version guard. */
export class GenerationInMemory {
  readonly #rows = new Map<string, Row>();
  #revisions = 0;

  constructor(
    readonly meta: GenerationMeta,
    readonly refusalOf: Refusal,
  ) {}

  write(documents: readonly DocumentToWrite[]): WriteResult {
    let written = 0;
    const rejected: WriteResult['rejected'][number][] = [];
    for (const document of documents) {
      const { id, version } = document;
      const reason = this.refusalOf(document);
      if (reason !== undefined) rejected.push({ id, version, reason });
      else if (this.#isNewer(id, version)) {
        this.#put(document);
        written++;
      }
    }
    return { written, stale: documents.length - written - rejected.length, rejected };
  }

  /** Every document as it is now. */
  documents(): StoredDocument[] {
    return [...this.#rows.values()].map(({ document }) => storedOf(document));
  }

  read(ids: readonly string[]): Map<string, StoredDocument> {
    const found = ids.flatMap((id) => this.#rows.get(id) ?? []);
    return new Map(found.map(({ document }) => [document.id, storedOf(document)]));
  }

  observe(id: string): ObservedDocument | undefined {
    const row = this.#rows.get(id);
    return row && { ...storedOf(row.document), revision: String(row.revision) };
  }

  correct(
    id: string,
    observed: ObservedDocument | undefined,
    document: DocumentToWrite | undefined,
  ): Correction {
    const reason = document && this.refusalOf(document);
    if (reason !== undefined) return { outcome: 'rejected', reason };
    if (document === undefined && observed === undefined) return { outcome: 'corrected' };
    if (this.observe(id)?.revision !== observed?.revision) return { outcome: 'changed' };
    if (document === undefined) this.#rows.delete(id);
    else this.#put(document);
    return { outcome: 'corrected' };
  }

  bucketDigests(): BucketDigest[] {
    const sums = new BucketSums();
    for (const { document } of this.#rows.values()) sums.add(document.digest);
    return sums.list();
  }

  counts(): GenerationCounts {
    const rows = [...this.#rows.values()];
    const tombstones = rows.filter(({ document }) => document.tombstone !== undefined).length;
    return { documents: rows.length, tombstones };
  }

  sizeInBytes(): number {
    return [...this.#rows.values()].reduce((sum, { document }) => sum + document.canonical.length, 0);
  }

  #isNewer(id: string, version: number): boolean {
    const held = this.#rows.get(id)?.document;
    return held === undefined || held.version < version;
  }

  #put(document: DocumentToWrite): void {
    this.#rows.set(document.id, { document, revision: ++this.#revisions });
  }
}

function storedOf({ id, version, tombstone, canonical, digest }: DocumentToWrite): StoredDocument {
  const document = canonical === '' ? undefined : (JSON.parse(canonical) as Record<string, unknown>);
  return { id, version, tombstone, document, digest };
}
