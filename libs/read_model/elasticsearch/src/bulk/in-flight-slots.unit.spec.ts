import fc from 'fast-check';
import { InFlightSlots } from './in-flight-slots.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the places for requests in flight', () => {
  it('are never more than the limit, and go to who came first', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 }),
        async (limits) => {
          let limit = limits[0]!;
          const slots = new InFlightSlots(() => limit);
          const held: (() => void)[] = [];
          const order: number[] = [];
          const all = Array.from({ length: 15 }, (_, i) =>
            slots.take().then((free) => {
              order.push(i);
              held.push(free);
            }),
          );
          for (let step = 0; order.length < 15; step++) {
            await settled();
            const before = held.length;
            limit = limits[step % limits.length]!;
            held.shift()?.();
            await settled();
            expect(held.length).toBeLessThanOrEqual(Math.max(before - 1, limit));
            expect(held.length).toBeGreaterThan(0);
          }
          await Promise.all(all);
          expect(order).toEqual([...order].sort((a, b) => a - b));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('are released while waiting when the signal aborts, and are lost by nobody', async () => {
    const slots = new InFlightSlots(() => 1);
    const free = await slots.take();
    const controller = new AbortController();
    const gone = slots.take(controller.signal);
    const next = slots.take();
    const reason = new Error('asked to stop');
    controller.abort(reason);
    await expect(gone).rejects.toBe(reason);
    await expect(slots.take(controller.signal)).rejects.toBe(reason);
    free();
    free();
    (await next)();
    expect(await slots.take()).toBeInstanceOf(Function);
  });
});
