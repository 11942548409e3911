import type { ProductEvent } from '@reprise/product-events';
import type { StoredLetter } from './letter-headers.ts';
import { isLeftOut } from './left-out.ts';
import { projectionsLeavingOut } from './projections-leaving-out.ts';

describe('an event of the event store', () => {
  const version = 3;
  const readable = { ok: true as const, event: { id: 'e-1', aggregateversion: version } as ProductEvent };
  const broken = { ok: false as const, reason: 'not-json' as const, message: 'not JSON' };

  it('is left out if it is the discarded one, or cannot be read either; another one takes the place of a spoiled record', () => {
    expect(isLeftOut([{ version, eventId: 'e-1' }], version, readable)).toBe(true);
    expect(isLeftOut([{ version, eventId: 'e-2' }], version, readable)).toBe(false);
    expect(isLeftOut([{ version: 2, eventId: 'e-1' }], version, readable)).toBe(false);
    expect(isLeftOut([{ version, eventId: null }], version, readable)).toBe(false);
    expect(isLeftOut([{ version, eventId: null }], version, broken)).toBe(true);
    expect(isLeftOut([{ version: null, eventId: null }], version, broken)).toBe(true);
    expect(isLeftOut([{ version: 2, eventId: null }], version, broken)).toBe(false);
    expect(isLeftOut([], version, broken)).toBe(false);
  });
});

describe('the projections that leave a discarded record out', () => {
  const live = (search: number, summary: number) => [
    { projection: 'product_search', generation: 'a', version: search },
    { projection: 'product_summary', generation: 'b', version: summary },
  ];
  const of = (reason: string, versions: ReturnType<typeof live>, version: number | null = 3) =>
    projectionsLeavingOut({
      letter: { reason, projection: 'product_summary' } as StoredLetter,
      live: versions,
      ...(version !== null && { version }),
    });

  it('are those that do not contain it: one that has applied it has to apply it again', () => {
    expect(of('refused-by-store', live(5, 2))).toEqual(['product_summary']);
    expect(of('not-applicable', live(3, 2))).toEqual(['product_summary']);
    expect(of('unknown-type', live(3, 3))).toEqual([]);
  });

  it('are all, those to come included, where none contains it and the fault is its own', () => {
    expect(of('not-applicable', live(2, 2))).toBeNull();
    expect(of('not-json', live(9, 9), null)).toBeNull();
    expect(of('refused-by-store', live(2, 2))).toEqual(['product_search', 'product_summary']);
    expect(of('waits-behind', live(1, 2))).toEqual(['product_search', 'product_summary']);
  });

  it('include the one that refused it, also while it has no live generation', () => {
    expect(of('refused-by-store', live(5, 2).slice(0, 1))).toEqual(['product_summary']);
  });
});
