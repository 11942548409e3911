import type { ProductEvent } from '@reprise/product-events';
import { catalogues } from '@reprise/product-read-model/testing';
import { productHistory, step } from '@reprise/product-events/testing';
import fc from 'fast-check';
import { HistoryUnreadable } from '../event-store/aggregate-history.ts';
import type { AggregateHistory } from '../event-store/aggregate-history.ts';
import { feedEvents, foldInOrder } from './feed-events.ts';
import { FaultyStore, projection } from '../testing/generations-in-memory.ts';
import { generationName } from '@reprise/read-model-indices';

const name = generationName(1, projection.name, new Date(0), 'c0ffee00');

const historyOf =
  (events: readonly ProductEvent[]): AggregateHistory =>
  (id) =>
    Promise.resolve(events.filter(({ subject }) => subject === id));

/** The document after events in order, each of which puts one. */
function fold(events: readonly ProductEvent[]): object | undefined {
  return events.reduce<object | undefined>((document, event) => {
    const result = projection.evolve(document, event);
    return result.outcome === 'put' ? result.data : document;
  }, undefined);
}

function contents(store: FaultyStore): Map<string, unknown> {
  return new Map([...store.documentsOf(name)].map(([id, { document }]) => [id, document]));
}

const [created, changed, adjusted] = productHistory({
  events: [step.created(), step.priceChanged(5), step.stockAdjusted(1)],
}) as [ProductEvent, ProductEvent, ProductEvent];

describe('foldInOrder', () => {
  it('folds by version, whatever order events come in, and passes over duplicates', () => {
    const { document, gap } = foldInOrder(projection, undefined, [adjusted, created, changed, created]);
    expect([document?.data, gap]).toEqual([fold([created, changed, adjusted]), undefined]);
  });

  it('stops before a gap and names the version that has to come first', () => {
    const { document, gap } = foldInOrder(projection, undefined, [adjusted, created]);
    expect([document?.data, gap]).toEqual([fold([created]), { expected: 2, found: 3 }]);
  });

  it('stops before an event that no life has at that place', () => {
    const again = { ...created, aggregateversion: 2 } as ProductEvent;
    const { document, poison } = foldInOrder(projection, undefined, [created, again, adjusted]);
    expect(document?.data).toEqual(fold([created]));
    expect(poison).toMatchObject({ event: again, error: expect.any(RangeError) as unknown });
  });
});

describe('feedEvents', () => {
  it('gives fold(events) for any order, duplication and batching, if the history knows the events', async () => {
    const property = fc.asyncProperty(
      catalogues.chain((catalogue) => {
        const events = catalogue.flat();
        const shuffled = fc.shuffledSubarray([...events, ...events], {
          minLength: events.length,
          maxLength: events.length * 2,
        });
        return fc.tuple(fc.constant(catalogue), shuffled, fc.integer({ min: 1, max: 9 }));
      }),
      async ([catalogue, delivered, batchSize]) => {
        const store = new FaultyStore();
        const target = { store: store.asStore(), name, projection };
        const history = historyOf(catalogue.flat());
        for (let from = 0; from < delivered.length; from += batchSize) {
          const batch = delivered.slice(from, from + batchSize);
          const { gaps, poison } = await feedEvents(target, batch, history);
          expect([gaps, poison]).toEqual([[], []]);
        }
        // What was not delivered is known of a product only if a later event of it was.
        for (const [id, document] of contents(store)) {
          const own = catalogue.find(([first]) => first?.subject === id) ?? [];
          const { version } = document as { version: number };
          expect(document).toEqual(JSON.parse(JSON.stringify(fold(own.slice(0, version)))));
        }
        for (const { subject, aggregateversion } of delivered) {
          const document = contents(store).get(subject) as { version: number };
          expect(document.version).toBeGreaterThanOrEqual(aggregateversion);
        }
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it.each([
    ['there is none', undefined],
    ['it knows nothing of the product', historyOf([])],
    ['it lacks the event too', historyOf([created])],
  ])('reports a gap the history does not close: %s', async (_, history) => {
    const store = new FaultyStore();
    const result = await feedEvents(
      { store: store.asStore(), name, projection },
      [created, adjusted],
      history,
    );
    expect(result.gaps).toEqual([{ aggregateId: created.subject, expected: 2, found: 3 }]);
    expect(result.repaired).toEqual([]);
    expect(contents(store).get(created.subject)).toMatchObject({ version: 1 });
  });

  it('says why a gap stays when the history cannot be read, and throws when the store of it is away', async () => {
    const store = new FaultyStore();
    const target = { store: store.asStore(), name, projection };
    const unreadable = () => Promise.reject(new HistoryUnreadable('version 2 does not decode'));
    const { gaps } = await feedEvents(target, [created, adjusted], unreadable);
    expect(gaps).toMatchObject([{ expected: 2, reason: 'version 2 does not decode' }]);
    const away = () => Promise.reject(new Error('connection refused'));
    await expect(feedEvents(target, [adjusted], away)).rejects.toThrow('connection refused');
  });

  it('counts what it applied and what it knew already', async () => {
    const target = { store: new FaultyStore().asStore(), name, projection };
    await feedEvents(target, [created], undefined);
    const { applied, duplicate } = await feedEvents(target, [created, changed, changed], undefined);
    expect({ applied, duplicate }).toEqual({ applied: 1, duplicate: 2 });
  });
});
