import { createHash } from 'node:crypto';
import { productEvents } from '@reprise/product-events';
import { evolveProduct, type ProductState } from '@reprise/product-domain';
import fc from 'fast-check';
import { decide } from './command.ts';
import { generateHistories, type HistoryOptions } from './generate-histories.ts';

const digestOf = (options: HistoryOptions): string => {
  const hash = createHash('sha256');
  for (const { event } of generateHistories(options)) hash.update(productEvents.encode(event));
  return hash.digest('hex');
};

const options = fc
  .record({
    products: fc.integer({ min: 1, max: 30 }),
    perProduct: fc.double({ min: 1, max: 9, noNaN: true }),
    seed: fc.integer(),
    concurrentProducts: fc.integer({ min: 1, max: 40 }),
  })
  .map(({ products, perProduct, ...rest }) => ({
    products,
    events: Math.ceil(products * perProduct),
    ...rest,
  }));

describe('generateHistories', () => {
  it('gives as many events and products as asked for, in gap-free histories the aggregate agrees with', () => {
    fc.assert(
      fc.property(options, (asked) => {
        const states = new Map<string, ProductState>();
        let events = 0;
        let open = 0;
        for (const { productId, command, event, state } of generateHistories(asked)) {
          const before = states.get(productId);
          if (before === undefined) open++;
          const decision = decide(before, command, {
            eventId: event.id,
            time: new Date(event.time),
            correlationId: event.correlationid,
          });
          expect(decision).toEqual({ ok: true, event, state });
          expect(productEvents.read(productEvents.encode(event))).toEqual({ ok: true, event });
          states.set(productId, evolveProduct(before, event));
          events++;
        }
        expect(events).toBe(asked.events);
        expect(states.size).toBe(asked.products);
        expect(open).toBe(asked.products);
      }),
    );
  });

  it('leaves an event for every product, however many events the products before got', () => {
    for (let seed = 0; seed < 500; seed++) {
      const steps = [...generateHistories({ products: 4, events: 10, seed })];
      expect(steps).toHaveLength(10);
      expect(new Set(steps.map(({ productId }) => productId)).size).toBe(4);
    }
  });

  it('lets time and event ids rise, and gives every event its own id', () => {
    const steps = [...generateHistories({ products: 50, events: 400 })];
    const times = steps.map(({ event }) => event.time);
    expect(times).toEqual([...times].sort());
    expect(new Set(times).size).toBe(400);
    expect(new Set(steps.map(({ event }) => event.id)).size).toBe(400);
  });

  it('is the same stream for the same seed, on any machine, and another one for another seed', () => {
    const asked = { products: 40, events: 300, seed: 7 };
    expect(digestOf(asked)).toBe('322c206f976b88c982947e7d532f90e34adfc2d578a816087240b7ebb7a32839');
    expect(digestOf(asked)).toBe(digestOf(asked));
    expect(digestOf({ ...asked, seed: 8 })).not.toBe(digestOf(asked));
  });

  it('interleaves the products', () => {
    const ids = [...generateHistories({ products: 50, events: 500 })].map(({ productId }) => productId);
    const switches = ids.filter((id, index) => index > 0 && id !== ids[index - 1]).length;
    expect(switches).toBeGreaterThan(400);
  });

  it('never has more histories open than allowed', () => {
    const remaining = new Map<string, number>();
    const asked = { products: 60, events: 600, concurrentProducts: 5 };
    for (const { productId } of generateHistories(asked)) {
      remaining.set(productId, (remaining.get(productId) ?? 0) + 1);
    }
    const open = new Set<string>();
    for (const { productId } of generateHistories(asked)) {
      open.add(productId);
      expect(open.size).toBeLessThanOrEqual(5);
      const left = (remaining.get(productId) ?? 0) - 1;
      remaining.set(productId, left);
      if (left === 0) open.delete(productId);
    }
  });

  it('looks like a catalogue: every event type, some products unpublished or deleted, prices and texts of a shop', () => {
    const last = new Map<string, ProductState>();
    const types = new Map<string, number>();
    for (const { event, state } of generateHistories({ products: 2_000, events: 12_000 })) {
      types.set(event.type, (types.get(event.type) ?? 0) + 1);
      last.set(state.productId, state);
    }
    expect([...types.keys()].sort()).toEqual([...productEvents.types].sort());
    const products = [...last.values()];
    const share = (of: (state: ProductState) => boolean): number =>
      products.filter(of).length / products.length;
    expect(share(({ status }) => status === 'deleted')).toBeGreaterThan(0.03);
    expect(share(({ status }) => status === 'deleted')).toBeLessThan(0.15);
    expect(share(({ status }) => status === 'draft')).toBeGreaterThan(0.02);
    expect(share(({ status }) => status === 'published')).toBeGreaterThan(0.6);
    expect(share(({ stock }) => stock === 0)).toBeGreaterThan(0.02);
    expect(share(({ priceMinor }) => priceMinor >= 500 && priceMinor < 200_000)).toBeGreaterThan(0.95);
    expect(new Set(products.map(({ categoryId }) => categoryId)).size).toBe(12);
    expect(new Set(products.map(({ title }) => title)).size).toBeGreaterThan(1_000);
    expect(products.some(({ title }) => title.includes('kettle'))).toBe(true);
  });

  it.each([
    { products: 2, events: 1 },
    { products: 0, events: 0 },
    { products: Number.NaN, events: 5 },
  ])('refuses %j', (asked) => {
    expect(() => generateHistories(asked).next()).toThrow(RangeError);
  });
});
