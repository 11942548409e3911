import { type ProductEvent, productEvents } from '@reprise/product-events';
import { evolveProduct, type ProductState } from '@reprise/product-domain';
import { productHistory, step, type HistoryStep } from '@reprise/product-events/testing';
import { afterFile } from '@reprise/test-kit';
import * as fc from 'fast-check';
import pg from 'pg';
import { v7 } from 'uuid';
import { writeSide, type WriteSide } from '../testing/write-side.ts';
import { appendHistory } from './append-history.ts';

let side: WriteSide;
let client: pg.Client;

beforeAll(async () => {
  side = await writeSide(2);
  client = new pg.Client(side.fresh.url);
  await client.connect();
  afterFile(() => client.end());
});

const fold = (events: readonly ProductEvent[]): ProductState | undefined =>
  events.reduce<ProductState | undefined>(evolveProduct, undefined);

const storedTexts = async (table: string, column: string, id: string): Promise<string[]> =>
  (
    await side.query<{ text: string }>(
      `SELECT ${column}::text AS text FROM ${table} WHERE aggregate_id = $1 ORDER BY ${table === 'outbox_events' ? 'id' : 'aggregate_version'}`,
      [id],
    )
  ).map(({ text }) => text);

const laterStep: fc.Arbitrary<HistoryStep> = fc.oneof(
  fc
    .string({ minLength: 1, maxLength: 20, unit: 'grapheme-ascii' })
    .map((title) => step.detailsChanged({ title })),
  fc
    .array(fc.constantFrom('a', 'b,c', '"', '{}', 'null', ''.padEnd(3, '\\')), { maxLength: 4 })
    .map((tags) => step.detailsChanged({ tags })),
  fc.nat({ max: 1_000_000 }).map((priceMinor) => step.priceChanged(priceMinor)),
  fc.constantFrom('kitchen', 'garden').map((categoryId) => step.categoryChanged(categoryId)),
  fc.integer({ min: 1, max: 50 }).map((delta) => step.stockAdjusted(delta)),
  fc.constant(step.published()),
);

describe('appendHistory', () => {
  it('leaves products as the fold of their events, and their texts in event store and outbox alike', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(laterStep, { maxLength: 6 }), { minLength: 1, maxLength: 5 }),
        fc.nat({ max: 6 }),
        async (steps, cut) => {
          const histories = steps.map((later) =>
            productHistory({ id: v7(), events: [step.created(), ...later] }),
          );
          const longest = Math.max(...histories.map((history) => history.length));
          // Round robin over the products, and cut in two calls: the second continues what the first one wrote.
          const all = Array.from({ length: longest }, (_, index) =>
            histories.flatMap((history) => history[index] ?? []),
          );
          await appendHistory(client, all.slice(0, cut).flat());
          await appendHistory(client, all.slice(cut).flat());
          for (const history of histories) {
            const id = history[0]!.subject;
            expect(await side.store.find(id)).toEqual(fold(history));
            expect(await storedTexts('event_store', 'envelope', id)).toEqual(
              history.map(productEvents.encode),
            );
            expect(await storedTexts('outbox_events', 'payload', id)).toEqual(
              history.map(productEvents.encode),
            );
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('takes a product without a brand and a deleted one', async () => {
    const { brand: _, ...created } = step.created().data as { brand: string };
    const history = productHistory({
      id: v7(),
      events: [{ type: 'product.created.v1', data: created } as HistoryStep, step.deleted('sold out')],
    });
    await appendHistory(client, history);
    expect(await side.store.find(history[0]!.subject)).toEqual(fold(history));
  });

  it('sends no statement for no event', async () => {
    await appendHistory({ query: () => Promise.reject(new Error('sent')) }, []);
  });

  it.each([
    [
      'skips a version',
      (): ProductEvent[] => productHistory({ id: v7(), events: [step.published()], firstVersion: 3 }),
    ],
    [
      'follows a deletion',
      (): ProductEvent[] =>
        productHistory({ id: v7(), events: [step.created(), step.deleted(), step.published()] }),
    ],
    [
      'breaks its schema',
      (): ProductEvent[] => productHistory({ id: v7(), events: [step.created({ title: 'x'.repeat(201) })] }),
    ],
  ])('writes nothing of a batch in which an event %s', async (_name, damaged) => {
    const before = await side.counts();
    const sound = productHistory({ id: v7(), events: [step.created()] });
    await expect(appendHistory(client, [...sound, ...damaged()])).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:HISTORY_BROKEN|INVALID_EVENT)$/),
      retryable: false,
    });
    expect(await side.counts()).toEqual(before);
  });

  it('writes nothing of a batch that is stored already, and leaves the product as it is', async () => {
    const history = productHistory({ id: v7(), events: [step.created(), step.priceChanged(5)] });
    await appendHistory(client, history);
    const before = await side.counts();
    const another = productHistory({ id: v7(), events: [step.created()] });
    await expect(appendHistory(client, [...another, history[0]!])).rejects.toMatchObject({ code: '23505' });
    expect(await side.counts()).toEqual(before);
    expect(await side.store.find(history[0]!.subject)).toMatchObject({ version: 2, priceMinor: 5 });
  });

  it('keeps using the connection after a failed batch', async () => {
    const history = productHistory({ id: v7(), events: [step.created()] });
    await appendHistory(client, history);
    expect(await side.store.find(history[0]!.subject)).toMatchObject({ version: 1 });
  });
});
