import { createProduct, deleteProduct, type ProductState } from '@reprise/product-domain';
import { eventually } from '@reprise/test-kit';
import { v7 } from 'uuid';
import { creation, outcomes, price, stock, type Decide } from '../testing/deciders.ts';
import { context, mug, writeSide, type WriteSide } from '../testing/write-side.ts';

let side: WriteSide;

beforeAll(async () => {
  side = await writeSide();
});

interface VersionRow {
  readonly aggregate_version: number;
}

const versionsOf = async (
  table: 'event_store' | 'outbox_events',
  id: string,
  order: string,
): Promise<number[]> =>
  (
    await side.query<VersionRow>(
      `SELECT aggregate_version FROM ${table} WHERE aggregate_id = $1 ORDER BY ${order}`,
      [id],
    )
  ).map((row) => row.aggregate_version);

const oneTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

describe('a product in the store', () => {
  it('is read as it was written', async () => {
    const productId = v7();
    const result = await side.store.create(creation(productId), undefined);
    expect(result).toMatchObject({
      outcome: 'written',
      state: { ...mug, productId, version: 1, status: 'draft' },
    });
    expect(await side.store.find(productId)).toEqual((result as { state: ProductState }).state);
  });

  it('is not there when it was never created', async () => {
    expect(await side.store.find(v7())).toBeUndefined();
    expect(await side.store.change(v7(), 'any', price(1), undefined)).toMatchObject({
      outcome: 'refused',
      refusal: { reason: 'product-not-found' },
    });
  });

  it('carries a change into its row, the event store and the outbox', async () => {
    const id = await side.create();
    expect(await side.store.change(id, [1], price(99), undefined)).toMatchObject({
      outcome: 'written',
      state: { version: 2, priceMinor: 99 },
    });
    expect(await side.store.find(id)).toMatchObject({ version: 2, priceMinor: 99, title: mug.title });
    expect(await versionsOf('event_store', id, 'aggregate_version')).toEqual([1, 2]);
    expect(await versionsOf('outbox_events', id, 'id')).toEqual([1, 2]);
  });

  it('writes nothing for a change to what is already so', async () => {
    const id = await side.create();
    const before = await side.counts();
    expect(await side.store.change(id, [1], price(mug.priceMinor), undefined)).toMatchObject({
      outcome: 'unchanged',
      state: { version: 1 },
    });
    expect(await side.counts()).toEqual(before);
  });

  it('distinguishes a deleted product from a stale version', async () => {
    const id = await side.create();
    await side.store.change(id, [1], (state) => deleteProduct(state, {}, context()), undefined);
    for (const expected of [[1], [2], 'any'] as const) {
      expect(await side.store.change(id, expected, price(5), undefined)).toMatchObject({
        outcome: 'refused',
        refusal: { reason: 'product-deleted' },
      });
    }
  });
});

describe('changes at the same time', () => {
  it('that expect the same version: one is written, 49 are stale, and no version is skipped', async () => {
    const id = await side.create();
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => side.store.change(id, [1], price(10_000 + index), undefined)),
    );
    expect(outcomes(results)).toEqual({ written: 1, stale: 49 });
    expect(await versionsOf('event_store', id, 'aggregate_version')).toEqual([1, 2]);
    expect(results.filter(({ outcome }) => outcome === 'stale')).toContainEqual({
      outcome: 'stale',
      version: 2,
    });
  });

  it('that accept any version are all written, each decided on once, and outbox ids rise with the version', async () => {
    const id = await side.create();
    const decisions: (number | undefined)[] = [];
    const addOne: Decide = (state) => {
      decisions.push(state?.version);
      return stock(1)(state);
    };
    const results = await Promise.all(
      Array.from({ length: 40 }, () => side.store.change(id, 'any', addOne, undefined)),
    );
    expect(outcomes(results)).toEqual({ written: 40 });
    expect(decisions).toEqual(oneTo(40));
    expect(await side.store.find(id)).toMatchObject({ version: 41, stock: mug.stock + 40 });
    expect(await versionsOf('event_store', id, 'aggregate_version')).toEqual(oneTo(41));
    expect(await versionsOf('outbox_events', id, 'id')).toEqual(oneTo(41));
  });

  it('of one product by clients that read and try again keep outbox ids rising with the version', async () => {
    const id = await side.create();
    const client = async (): Promise<void> => {
      for (let written = 0; written < 8;) {
        const state = await side.store.find(id);
        const result = await side.store.change(id, [state?.version ?? 0], stock(1), undefined);
        if (result.outcome === 'written') written += 1;
      }
    };
    await Promise.all(Array.from({ length: 6 }, client));
    expect(await versionsOf('event_store', id, 'aggregate_version')).toEqual(oneTo(49));
    expect(await versionsOf('outbox_events', id, 'id')).toEqual(oneTo(49));
  });

  it('leave a change decided on an older version unwritten, though it was loaded before the other', async () => {
    const id = await side.create();
    const locker = await side.pool.connect();
    await locker.query('BEGIN');
    await locker.query('SELECT 1 FROM products WHERE id = $1 FOR UPDATE', [id]);
    const waiting = side.store.change(id, [1], price(7), undefined);
    await eventually(async () => {
      const [row] = (
        await side.asAdmin(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
      ).rows;
      expect(row?.['waiting']).toBe(1);
    });
    await locker.query('UPDATE products SET version = 2 WHERE id = $1', [id]);
    await locker.query('COMMIT');
    locker.release();
    expect(await waiting).toEqual({ outcome: 'stale', version: 2 });
    expect(await versionsOf('event_store', id, 'aggregate_version')).toEqual([1]);
    expect(await versionsOf('outbox_events', id, 'id')).toEqual([1]);
  });
});

describe('a write that fails', () => {
  const parts = [
    ['products', 'products', 'CHECK (price_minor <> 6661)'],
    ['event_store', 'event_store', `CHECK ((envelope #>> '{data,priceMinor}') IS DISTINCT FROM '6661')`],
    ['outbox_events', 'outbox_events', `CHECK ((payload #>> '{data,priceMinor}') IS DISTINCT FROM '6661')`],
    ['idempotency_keys', 'idempotency_keys', `CHECK ((answer ->> 'priceMinor') IS DISTINCT FROM '6661')`],
  ] as const;

  it.each(parts)('at %s leaves nothing behind', async (_name, table, check) => {
    const id = await side.create();
    await side.query(`ALTER TABLE ${table} ADD CONSTRAINT forced_failure ${check} NOT VALID`);
    const before = await side.counts();
    const request = { key: v7(), hash: 'h' };
    await expect(side.store.change(id, [1], price(6_661), request)).rejects.toThrow('forced_failure');
    await expect(side.store.change(id, 'any', price(6_661), request)).rejects.toThrow('forced_failure');
    const expensive = (state: ProductState | undefined) =>
      createProduct(state, { ...mug, priceMinor: 6_661, productId: v7() }, context());
    await expect(side.store.create(expensive, request)).rejects.toThrow('forced_failure');
    expect(await side.counts()).toEqual(before);
    expect(await side.store.find(id)).toMatchObject({ version: 1, priceMinor: mug.priceMinor });
    await side.query(`ALTER TABLE ${table} DROP CONSTRAINT forced_failure`);
    expect(await side.store.change(id, [1], price(6_661), request)).toMatchObject({ outcome: 'written' });
  });

  it('because its connection is ended in the middle leaves nothing behind, and the next one gets a new connection', async () => {
    const id = await side.create();
    const before = await side.counts();
    const blocker = await side.pool.connect();
    await blocker.query('BEGIN');
    await blocker.query('LOCK TABLE outbox_events IN ACCESS EXCLUSIVE MODE');
    const failing = side.store.change(id, [1], price(3), undefined);
    const failed = expect(failing).rejects.toThrow(/terminating connection|broke/);
    await eventually(async () => {
      const ended = await side.asAdmin(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(ended.rowCount).toBe(1);
    });
    await failed;
    await blocker.query('COMMIT');
    blocker.release();
    expect(await side.counts()).toEqual(before);
    expect(await side.store.change(id, [1], price(3), undefined)).toMatchObject({ outcome: 'written' });
  });
});

describe('a connection that breaks', () => {
  it('while it lies idle is replaced without anyone noticing', async () => {
    const own = await writeSide(1);
    const id = await own.create();
    await own.asAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'product-api'`,
    );
    await eventually(async () => expect(await own.store.find(id)).toMatchObject({ version: 1 }));
  });

  it('is never given to the next statement', async () => {
    const own = await writeSide(1);
    const ending = own.database.run(
      { name: 'end-itself', text: 'SELECT pg_terminate_backend(pg_backend_pid())' },
      [],
    );
    await expect(ending).rejects.toThrow();
    await expect(own.database.ping()).resolves.toBeUndefined();
  });
});
