import { afterFile, eventually } from '@reprise/test-kit';
import { v7 } from 'uuid';
import { creation, price } from '../testing/deciders.ts';
import { writeSide, type WriteSide } from '../testing/write-side.ts';

describe('the notification of the relay', () => {
  let side: WriteSide;
  const heard: string[] = [];

  beforeAll(async () => {
    side = await writeSide();
    const listener = await side.pool.connect();
    afterFile(() => Promise.resolve(listener.release(true)));
    listener.on('notification', ({ channel }) => heard.push(channel));
    await listener.query('LISTEN outbox_events');
  });

  it('follows every way to write a product, and nothing that writes none', async () => {
    const productId = v7();
    const writes = [
      () => side.store.create(creation(productId), undefined),
      () => side.store.change(productId, 'any', price(1), undefined),
      () => side.store.change(productId, [2], price(2), undefined),
      () => side.store.change(productId, 'any', price(3), { key: 'a-key', hash: 'a-hash' }),
    ];
    for (const [before, write] of writes.entries()) {
      expect(await write()).toMatchObject({ outcome: 'written' });
      await eventually(() => expect(heard).toHaveLength(before + 1));
    }
    expect(await side.store.change(productId, 'any', price(3), undefined)).toMatchObject({
      outcome: 'unchanged',
    });
    await side.database.ping();
    await side.pool.query('SELECT 1');
    expect(heard).toHaveLength(writes.length);
  });

  it('comes from the trigger, once a statement, where someone else writes to the outbox', async () => {
    const before = heard.length;
    await side.pool.query(`
      INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload)
      SELECT gen_random_uuid(), gen_random_uuid(), 1, 'product.deleted.v1', '{}' FROM generate_series(1, 3)`);
    await eventually(() => expect(heard).toHaveLength(before + 1));
  });
});
