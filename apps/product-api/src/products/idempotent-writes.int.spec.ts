import { forgetAnswers } from '@reprise/write-api';
import { v7 } from 'uuid';
import { creation, outcomes, price, stock } from '../testing/deciders.ts';
import { mug, writeSide, type WriteSide } from '../testing/write-side.ts';

let side: WriteSide;

beforeAll(async () => {
  side = await writeSide();
});

describe('a request with a key', () => {
  it('is written once and answered alike ever after, also once the product has changed', async () => {
    const productId = v7();
    const request = { key: v7(), hash: 'create a mug' };
    const first = await side.store.create(creation(productId), request);
    await side.store.change(productId, [1], price(1), undefined);
    const before = await side.counts();
    const again = await side.store.create(creation(v7()), request);
    expect(again).toEqual({ ...first, outcome: 'replayed' });
    expect(await side.counts()).toEqual(before);
  });

  it('refuses the key for another request', async () => {
    const key = v7();
    await side.store.create(creation(v7()), { key, hash: 'one' });
    const before = await side.counts();
    expect(await side.store.create(creation(v7()), { key, hash: 'other' })).toEqual({
      outcome: 'key-reused',
    });
    expect(await side.counts()).toEqual(before);
  });

  it('is written once when it comes many times at once, by whichever came first', async () => {
    const before = await side.counts();
    const request = { key: v7(), hash: 'create' };
    const results = await Promise.all(
      Array.from({ length: 20 }, () => side.store.create(creation(v7()), request)),
    );
    expect(outcomes(results)).toEqual({ written: 1, replayed: 19 });
    expect(new Set(results.map((result) => 'state' in result && result.state.productId)).size).toBe(1);
    expect(await side.counts()).toEqual({
      products: before.products + 1,
      events: before.events + 1,
      messages: before.messages + 1,
      answers: before.answers + 1,
    });
  });

  it.each([[[1] as const], ['any' as const]])(
    'that changes a product expecting %s is written once when it comes many times at once',
    async (expected) => {
      const id = await side.create();
      const request = { key: v7(), hash: 'take one' };
      const results = await Promise.all(
        Array.from({ length: 20 }, () => side.store.change(id, expected, stock(-1), request)),
      );
      expect(outcomes(results)).toEqual({ written: 1, replayed: 19 });
      expect(await side.store.find(id)).toMatchObject({ version: 2, stock: mug.stock - 1 });
    },
  );

  it('may be sent again with the version read after a lost answer', async () => {
    const id = await side.create();
    const request = { key: v7(), hash: 'take one' };
    await side.store.change(id, [1], stock(-1), request);
    expect(await side.store.change(id, [2], stock(-1), request)).toMatchObject({
      outcome: 'replayed',
      state: { version: 2 },
    });
  });

  it('keeps no answer when nothing was written', async () => {
    const id = await side.create();
    const request = { key: v7(), hash: 'h' };
    const before = await side.counts();
    expect(await side.store.change(id, [9], price(1), request)).toEqual({ outcome: 'stale', version: 1 });
    expect(await side.counts()).toEqual(before);
    expect(await side.store.change(id, [1], price(1), request)).toMatchObject({ outcome: 'written' });
  });

  it('is forgotten after a while', async () => {
    const request = { key: v7(), hash: 'h' };
    await side.store.create(creation(v7()), request);
    await side.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = $1`, [
      request.key,
    ]);
    expect(await forgetAnswers(side.database.run, 26)).toBe(0);
    expect(await forgetAnswers(side.database.run, 24)).toBe(1);
    expect(await forgetAnswers(side.database.run, 24)).toBe(0);
  });
});
