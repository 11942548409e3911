import fc from 'fast-check';
import { prepareDocument, type DocumentToWrite } from '@reprise/read-model-indices';
import { versioned } from '@reprise/read-model-indices/testing';
import { bulkLines, takeBulk, type Bulk } from './bulk-body.ts';

const documents = fc.array(
  fc
    .record({
      productId: fc.string({ unit: 'binary', minLength: 1 }),
      version: fc.nat(),
      title: fc.string({ unit: 'binary' }),
    })
    .map((document) => prepareDocument(versioned({ status: 'draft', ...document }))),
  { maxLength: 60 },
);
const sizes = fc.record({
  bytes: fc.integer({ min: 1, max: 4_000 }),
  documents: fc.integer({ min: 1, max: 20 }),
});

describe('a bulk body', () => {
  it('holds every document once, in order, in bulks within the size unless one document alone is larger', () => {
    fc.assert(
      fc.property(documents, sizes, (all, size) => {
        const bulks: Bulk[] = [];
        let from = 0;
        for (let bulk = takeBulk(all, 0, size); bulk !== undefined; bulk = takeBulk(all, from, size)) {
          bulks.push(bulk);
          from += bulk.documents.length;
        }
        expect(bulks.flatMap((bulk) => bulk.documents)).toEqual(all);
        expect(bulks.map(({ body }) => body.toString()).join('')).toBe(all.map(bulkLines).join(''));
        for (const bulk of bulks) {
          expect(bulk.documents.length).toBeLessThanOrEqual(size.documents);
          if (bulk.documents.length > 1) expect(bulk.body.length).toBeLessThanOrEqual(size.bytes);
        }
      }),
    );
  });

  it('fills a bulk as far as it goes', () => {
    fc.assert(
      fc.property(documents, sizes, (all, size) => {
        const bulk = takeBulk(all, 0, size);
        const next = all[bulk?.documents.length ?? 0];
        if (bulk === undefined || next === undefined) return;
        const full = bulk.documents.length === size.documents;
        expect(full || bulk.body.length + Buffer.byteLength(bulkLines(next)) > size.bytes).toBe(true);
      }),
    );
  });

  it('writes each document under its own version, whole, with its digest beside it', () => {
    fc.assert(
      fc.property(documents, (all) => {
        for (const document of all) {
          const [action, source, end, ...more] = bulkLines(document).split('\n');
          expect([end, more]).toEqual(['', []]);
          const { id, version, canonical, digest } = document;
          expect(JSON.parse(action!)).toEqual({ index: { _id: id, version, version_type: 'external' } });
          expect(JSON.parse(source!)).toEqual({ ...JSON.parse(canonical), reprise: digest });
        }
      }),
    );
  });

  it('marks a tombstone, with a document and without one', () => {
    const sourceOf = (document: DocumentToWrite) =>
      JSON.parse(bulkLines(document).split('\n')[1]!) as unknown;
    const ended = prepareDocument({ id: 'a', version: 3, tombstone: 'ended', data: { stock: 1 } });
    expect(sourceOf(ended)).toEqual({ stock: 1, reprise: { ...ended.digest, tombstone: 'ended' } });
    const removed = prepareDocument({ id: 'a', version: 3, tombstone: 'removed' });
    expect(sourceOf(removed)).toEqual({ reprise: { ...removed.digest, tombstone: 'removed' } });
    const empty = prepareDocument({ id: 'a', version: 3, data: {} });
    expect(sourceOf(empty)).toEqual({ reprise: empty.digest });
  });

  it('ends where the documents end', () => {
    expect(takeBulk([], 0, { bytes: 10, documents: 10 })).toBeUndefined();
  });
});
