import fc from 'fast-check';
import type { ProductEvent } from '@reprise/product-events';
import { productHistory, step, type HistoryStep } from '@reprise/product-events/testing';

const change: fc.Arbitrary<HistoryStep> = fc.oneof(
  fc.nat(100_000).map((price) => step.priceChanged(price)),
  fc.integer({ min: 1, max: 20 }).map((delta) => step.stockAdjusted(delta)),
  fc.constantFrom('kitchen', 'garden', 'office').map((category) => step.categoryChanged(category)),
  fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
    .map((title) => step.detailsChanged({ title: `t${title}` })),
  fc.constant(step.published()),
  fc.constant(step.unpublished()),
);

/** Products with short random lives, some of them deleted at the end: one array of events in version order each. */
export const lives: fc.Arbitrary<ProductEvent[][]> = fc
  .array(fc.tuple(fc.array(change, { maxLength: 8 }), fc.boolean()), { minLength: 1, maxLength: 12 })
  .map((products) =>
    products.map(([changes, deleted], index) =>
      productHistory({
        id: `0193a000-0000-7000-8000-${String(index).padStart(12, '0')}`,
        events: [step.created(), ...changes, ...(deleted ? [step.deleted()] : [])],
      }),
    ),
  );

/** Items in an order that keeps to their versions only roughly, each there at least once and some twice. */
export function inCarelessOrder<T>(items: readonly T[], versionOf: (item: T) => number): fc.Arbitrary<T[]> {
  return fc
    .tuple(
      fc.array(fc.nat(1_000), { minLength: items.length, maxLength: items.length }),
      fc.subarray([...items]),
    )
    .map(([order, twice]) => {
      const placed = items.map((item, index) => ({ item, at: versionOf(item) * 50 + order[index]! }));
      const again = twice.map((item, index) => ({ item, at: versionOf(item) * 50 + 500 + index }));
      return [...placed, ...again].sort((a, b) => a.at - b.at).map(({ item }) => item);
    });
}

/**
 * A log as a careless producer would leave it: all lives interleaved, some events twice, and events out of order within a
 * window. Every product's events are in it, each at least once.
 */
export const carelessLog: fc.Arbitrary<ProductEvent[]> = lives.chain((products) =>
  inCarelessOrder(products.flat(), ({ aggregateversion }) => aggregateversion),
);
