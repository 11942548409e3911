import type { ProductEvent, ProductEventType } from '@reprise/product-events';
import fc from 'fast-check';

type Step = {
  [T in ProductEventType]: Pick<Extract<ProductEvent, { type: T }>, 'type' | 'data'>;
}[ProductEventType];

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const tags = fc.array(fc.constantFrom('camping', 'steel', 'e\u0301t\u00e9', 'sale'), { maxLength: 3 });
// One of them in either Unicode form.
const categoryId = fc.constantFrom('kitchen', 'outdoor', 'caf\u00e9', 'cafe\u0301');
const price = fc.record({ priceMinor: fc.nat(1_000_000), currency: fc.constantFrom('EUR', 'USD') });

const created: fc.Arbitrary<Step> = fc
  .record({
    title: text,
    description: text,
    categoryId,
    stock: fc.nat(50),
    tags,
    price,
    brand: fc.option(text, { nil: undefined }),
  })
  .map(({ price: { priceMinor, currency }, brand, ...data }) => ({
    type: 'product.created.v1',
    data: { ...data, priceMinor, currency, ...(brand === undefined ? {} : { brand }) },
  }));

const changed: fc.Arbitrary<Step> = fc.oneof(
  fc
    .record({ title: text, description: text, brand: text, tags }, { requiredKeys: [] })
    .map((data): Step => ({ type: 'product.details-changed.v1', data })),
  price.map((data): Step => ({ type: 'product.price-changed.v1', data })),
  categoryId.map((category): Step => ({
    type: 'product.category-changed.v1',
    data: { categoryId: category },
  })),
  fc
    .integer({ min: -5, max: 20 })
    .map((delta): Step => ({ type: 'product.stock-adjusted.v1', data: { delta } })),
  fc.constantFrom<Step>(
    { type: 'product.published.v1', data: {} },
    { type: 'product.unpublished.v1', data: {} },
  ),
);

const deleted: Step = { type: 'product.deleted.v1', data: {} };

/** The whole life of one product, as the write side could have recorded it: created, changed, perhaps deleted. */
export function histories(productId: string): fc.Arbitrary<ProductEvent[]> {
  return fc
    .tuple(created, fc.array(changed, { maxLength: 12 }), fc.boolean(), fc.nat(10_000_000))
    .map(([first, changes, isDeleted, startedAt]) =>
      [first, ...changes, ...(isDeleted ? [deleted] : [])].map((step, i) =>
        eventOf(productId, i + 1, step, startedAt),
      ),
    );
}

/** The lives of several products, each in its own order. */
export const catalogues: fc.Arbitrary<ProductEvent[][]> = fc
  .integer({ min: 1, max: 6 })
  .chain((products) => fc.tuple(...Array.from({ length: products }, (_, i) => histories(`product-${i}`))));

/** The events of a catalogue as a log of several partitions may deliver them: every product's in order, some of them twice. */
export function deliveries(catalogue: readonly (readonly ProductEvent[])[]): fc.Arbitrary<ProductEvent[]> {
  const events = catalogue.reduce((sum, history) => sum + history.length, 0);
  return fc.array(fc.tuple(fc.nat(), fc.nat(9)), { minLength: events, maxLength: events }).map((choices) => {
    const left = catalogue.map((history) => [...history]).filter((history) => history.length > 0);
    const delivered: ProductEvent[] = [];
    for (const [choice, again] of choices) {
      const which = choice % left.length;
      const next = left[which]!.shift()!;
      delivered.push(next);
      if (again === 0) delivered.push(delivered[choice % delivered.length]!);
      if (left[which]!.length === 0) left.splice(which, 1);
    }
    return delivered;
  });
}

function eventOf(productId: string, version: number, { type, data }: Step, startedAt: number): ProductEvent {
  return {
    specversion: '1.0',
    id: `${productId}-${version}`,
    source: '/reprise/product-api',
    type,
    subject: productId,
    time: new Date(Date.UTC(2026, 0, 1) + startedAt + 1_000 * version).toISOString(),
    datacontenttype: 'application/json',
    aggregatetype: 'product',
    aggregateversion: version,
    correlationid: 'test',
    data,
    // Type and data come from one step; the compiler does not see through taking them apart.
  } as ProductEvent;
}
