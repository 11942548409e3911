import type { ProductEvent } from '@reprise/product-events';
import type { ProductSummaryDocument } from '../product-summary-document.ts';
import type { VersionedDocument } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { applyEvent } from '@reprise/read-model-projections';
import { histories } from '../testing/histories.ts';
import { productSummary } from './product-summary.ts';

function foldAll(events: readonly ProductEvent[]): ProductSummaryDocument {
  let document: VersionedDocument<ProductSummaryDocument> | undefined;
  for (const event of events) {
    const applied = applyEvent(productSummary, document, event);
    if (applied.outcome === 'applied') document = applied.document;
  }
  return document!.data!;
}

/** Another way to the same row: every field looked up separately in the history. */
function naive(events: readonly ProductEvent[]): ProductSummaryDocument {
  const [first] = events;
  if (first?.type !== 'product.created.v1') throw new Error('a life begins with its creation');
  const last = <T>(field: string): T => {
    const values = events.map(({ data }) => (data as Record<string, unknown>)[field]);
    return (values.findLast((value) => value !== undefined) ?? null) as T;
  };
  const publication = events.findLast(({ type }) => type.endsWith('published.v1'));
  const isPublished = publication?.type === 'product.published.v1';
  const adjustments = events.map((event) =>
    event.type === 'product.stock-adjusted.v1' ? event.data.delta : 0,
  );
  const isDeleted = events.at(-1)!.type === 'product.deleted.v1';
  return {
    productId: first.subject,
    version: events.length,
    status: isDeleted ? 'deleted' : isPublished ? 'published' : 'draft',
    title: last<string>('title').normalize('NFC'),
    brand: last<string | null>('brand')?.normalize('NFC') ?? null,
    categoryId: last<string>('categoryId').normalize('NFC'),
    priceMinor: last('priceMinor'),
    currency: last('currency'),
    stock: adjustments.reduce((sum, delta) => sum + delta, first.data.stock),
    publishedAt: isPublished ? publication.time : null,
    createdAt: first.time,
    updatedAt: events.at(-1)!.time,
  };
}

describe('product_summary', () => {
  it('is the row an independent fold finds, after every event of any history', () => {
    fc.assert(
      fc.property(histories('p1'), (events) => {
        for (let known = 1; known <= events.length; known++) {
          expect(foldAll(events.slice(0, known))).toEqual(naive(events.slice(0, known)));
        }
      }),
    );
  });

  it('keeps times in the one notation that a timestamp column gives back', () => {
    fc.assert(
      fc.property(histories('p1'), fc.constantFrom('T10:00:00Z', 'T10:00:00.1234567Z'), (events, time) => {
        const moved = events.map((event) => ({ ...event, time: `2026-01-01${time}` }) as ProductEvent);
        const { createdAt, updatedAt } = foldAll(moved);
        const expected = time.includes('.') ? '2026-01-01T10:00:00.123Z' : '2026-01-01T10:00:00.000Z';
        expect([createdAt, updatedAt]).toEqual([expected, expected]);
      }),
    );
  });

  it('has exactly the fields its table has', () => {
    fc.assert(
      fc.property(histories('p1'), (events) => {
        if (productSummary.storage.kind !== 'postgres') throw new Error('not a table');
        const columns = productSummary.storage.columns.map(({ field }) => field).sort();
        expect(Object.keys(foldAll(events)).sort()).toEqual(columns);
      }),
    );
  });
});
