import type { ProductEvent } from '@reprise/product-events';
import type { CategoryContributionDocument } from '../category-contribution-document.ts';
import type { VersionedDocument } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { applyEvent } from '@reprise/read-model-projections';
import { catalogues, deliveries, histories } from '../testing/histories.ts';
import { categorySummary } from './category-summary.ts';

function contributionsOf(events: readonly ProductEvent[]): Map<string, CategoryContributionDocument> {
  const contributions = new Map<string, VersionedDocument<CategoryContributionDocument>>();
  for (const event of events) {
    const applied = applyEvent(categorySummary, contributions.get(event.subject), event);
    if (applied.outcome === 'applied') contributions.set(event.subject, applied.document);
  }
  return new Map([...contributions].map(([id, { data }]) => [id, data!]));
}

/** Another way to the same contribution: every field looked up separately in the product's whole life. */
function naive(events: readonly ProductEvent[]): CategoryContributionDocument {
  const last = <T>(field: string): T =>
    events
      .map(({ data }) => (data as Record<string, unknown>)[field])
      .findLast((value) => value !== undefined) as T;
  const ofStock = events.map(({ data }) => data as { stock?: number; delta?: number });
  const publication = events.findLast(({ type }) => type.endsWith('published.v1'))?.type;
  return {
    productId: events[0]!.subject,
    version: events.length,
    status:
      events.at(-1)!.type === 'product.deleted.v1'
        ? 'deleted'
        : publication === 'product.published.v1'
          ? 'published'
          : 'draft',
    categoryId: last<string>('categoryId').normalize('NFC'),
    priceMinor: last('priceMinor'),
    currency: last('currency'),
    stock: ofStock.reduce((sum, { stock = 0, delta = 0 }) => sum + stock + delta, 0),
  };
}

describe('category_summary', () => {
  it('holds every product’s contribution, in whatever order the partitions deliver and however often', () => {
    const delivered = catalogues.chain((catalogue) =>
      deliveries(catalogue).map((events) => ({ catalogue, events })),
    );
    fc.assert(
      fc.property(delivered, ({ catalogue, events }) => {
        const expected = new Map(catalogue.map((history) => [history[0]!.subject, naive(history)]));
        expect(contributionsOf(events)).toEqual(expected);
      }),
    );
  });

  it('has exactly the fields its table has', () => {
    fc.assert(
      fc.property(histories('p1'), (events) => {
        if (categorySummary.storage.kind !== 'postgres') throw new Error('not a table');
        const columns = categorySummary.storage.columns.map(({ field }) => field).sort();
        expect(Object.keys(contributionsOf(events).get('p1')!).sort()).toEqual(columns);
      }),
    );
  });
});
