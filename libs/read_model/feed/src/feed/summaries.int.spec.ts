import type { ProductEvent } from '@reprise/product-events';
import { categorySummary, productSummary } from '@reprise/product-read-model';
import { catalogues, deliveries } from '@reprise/product-read-model/testing';
import fc from 'fast-check';
import { testReaders, type TestReaders } from '../testing/test-readers.ts';

/** A product as its events leave it, found without any projection. */
interface Product {
  productId: string;
  version: number;
  title: string;
  categoryId: string;
  priceMinor: number;
  currency: string;
  stock: number;
  status: 'draft' | 'published' | 'deleted';
}

function productOf(history: readonly ProductEvent[]): Product {
  const product = {
    productId: history[0]!.subject,
    version: history.length,
    stock: 0,
    status: 'draft',
  } as Product;
  for (const { type, data } of history) {
    const { delta = 0, stock = 0, ...other } = data as { delta?: number; stock?: number };
    Object.assign(product, other, { stock: product.stock + stock + delta });
    if (type === 'product.published.v1') product.status = 'published';
    if (type === 'product.unpublished.v1') product.status = 'draft';
    if (type === 'product.deleted.v1') product.status = 'deleted';
  }
  // Read models hold texts in one Unicode form, whatever form a client sent.
  const { title, categoryId } = product;
  return { ...product, title: title.normalize('NFC'), categoryId: categoryId.normalize('NFC') };
}

const seen = catalogues
  .filter((catalogue) => catalogue.length > 1)
  .chain((catalogue) =>
    fc.record({
      catalogue: fc.constant(catalogue),
      events: deliveries(catalogue),
      batchSize: fc.integer({ min: 1, max: 30 }),
    }),
  );

describe('what readers of the summaries see', () => {
  let readers: TestReaders;

  beforeAll(async () => {
    readers = await testReaders();
  });

  it('of categories is the sum over the products, whatever order the partitions are delivered in', async () => {
    const property = fc.asyncProperty(seen, async ({ catalogue, events, batchSize }) => {
      const listed = catalogue.map(productOf).filter(({ status }) => status !== 'deleted');
      const groups = Map.groupBy(listed, ({ categoryId, currency }) => `${categoryId} ${currency}`);
      const expected = [...groups.values()].map((products) => {
        const published = products.filter(({ status }) => status === 'published');
        const prices = published.map(({ priceMinor }) => priceMinor);
        return {
          category_id: products[0]!.categoryId,
          currency: products[0]!.currency,
          products: products.length,
          published: published.length,
          available: published.filter(({ stock }) => stock > 0).length,
          stock: published.reduce((sum, { stock }) => sum + stock, 0),
          lowest_price_minor: prices.length > 0 ? Math.min(...prices) : null,
          highest_price_minor: prices.length > 0 ? Math.max(...prices) : null,
        };
      });
      const { rows } = await readers.afterFeeding(categorySummary, events, batchSize);
      expect(rows).toHaveLength(expected.length);
      expect(rows).toEqual(expect.arrayContaining(expected));
    });
    await fc.assert(property, { numRuns: 15 });
  });

  it('of products is one row for each that is not deleted', async () => {
    const property = fc.asyncProperty(seen, async ({ catalogue, events, batchSize }) => {
      const expected = catalogue.map(productOf).filter(({ status }) => status !== 'deleted');
      const { rows } = await readers.afterFeeding(productSummary, events, batchSize);
      expect(rows).toHaveLength(expected.length);
      for (const { productId, version, title, categoryId, priceMinor, currency, stock, status } of expected) {
        const row = {
          version,
          title,
          price_minor: priceMinor,
          currency,
          stock,
          status,
          category_id: categoryId,
        };
        expect(rows).toContainEqual(expect.objectContaining({ ...row, product_id: productId }));
      }
    });
    await fc.assert(property, { numRuns: 10 });
  });
});
