import type { ProductEvent } from '@reprise/product-events';
import { foldedText, type VersionedDocument } from '@reprise/read-model-documents';
import fc from 'fast-check';
import { applyEvent } from '@reprise/read-model-projections';
import { histories } from '../testing/histories.ts';
import type { ProductSearchDocument } from '../product-search-document.ts';
import { productSearch } from './product-search.ts';

/** Another way to the same document: every field looked up separately in the history. */
function naive(events: readonly ProductEvent[]): ProductSearchDocument {
  const [first] = events;
  if (first?.type !== 'product.created.v1') throw new Error('a life begins with its creation');
  const last = <T>(field: string): T => {
    const having = events.filter(({ data }) => (data as Record<string, unknown>)[field] !== undefined);
    return ((having.at(-1)?.data as Record<string, unknown> | undefined)?.[field] ?? null) as T;
  };
  const adjustments = events.map((event) =>
    event.type === 'product.stock-adjusted.v1' ? event.data.delta : 0,
  );
  const statuses: Partial<Record<ProductEvent['type'], ProductSearchDocument['status']>> = {
    'product.created.v1': 'draft',
    'product.published.v1': 'published',
    'product.unpublished.v1': 'draft',
    'product.deleted.v1': 'deleted',
  };
  const texts = { title: last<string>('title'), description: last<string>('description') };
  const brand = last<string | null>('brand');
  const tags = last<string[]>('tags');
  const title = foldedText(texts.title);
  const folded = {
    title,
    description: foldedText(texts.description),
    brand: brand && foldedText(brand),
    tags: tags.map(foldedText),
  };
  return {
    productId: first.subject,
    title: texts.title.normalize('NFC'),
    description: texts.description.normalize('NFC'),
    brand: brand && brand.normalize('NFC'),
    categoryId: last<string>('categoryId').normalize('NFC'),
    priceMinor: last('priceMinor'),
    currency: last('currency'),
    stock: adjustments.reduce((sum, delta) => sum + delta, first.data.stock),
    tags: tags.map((tag) => tag.normalize('NFC')),
    status: events.map(({ type }) => statuses[type]).findLast((status) => status !== undefined)!,
    version: events.length,
    createdAt: first.time,
    updatedAt: events.at(-1)!.time,
    titleSort: title,
    folded: [...Object.values(texts), brand ?? '', ...tags].every((text) => !/[^ -~]/.test(text))
      ? null
      : folded,
  };
}

describe('product_search', () => {
  it('is the document an independent fold finds, after every event of any history', () => {
    fc.assert(
      fc.property(histories('p1'), (events) => {
        let document: VersionedDocument<ProductSearchDocument> | undefined;
        events.forEach((event, i) => {
          const applied = applyEvent(productSearch, document, event);
          if (applied.outcome === 'applied') document = applied.document;
          expect(document?.data).toEqual(naive(events.slice(0, i + 1)));
        });
      }),
    );
  });

  it('has exactly the fields its strict mapping has', () => {
    fc.assert(
      fc.property(histories('p1'), (events) => {
        const applied = applyEvent(productSearch, undefined, events[0]!);
        if (applied.outcome !== 'applied' || productSearch.storage.kind !== 'elasticsearch')
          throw new Error('not applied');
        expect(Object.keys(applied.document.data!).sort()).toEqual(
          Object.keys(productSearch.storage.properties).sort(),
        );
      }),
    );
  });
});
