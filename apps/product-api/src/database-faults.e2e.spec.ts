import { afterFile, eventually } from '@reprise/test-kit';
import { v7 } from 'uuid';
import { tcpProxy } from '@reprise/test-kit/proxies';
import { problemOf, type Answer } from '@reprise/write-api/testing';
import { startApi } from './testing/api-client.ts';
import { mug, writeSide, type WriteSide } from './testing/write-side.ts';

let side: WriteSide;

beforeAll(async () => {
  side = await writeSide(2);
});

/** Makes writes wait until the returned function is called. */
const blockOutbox = async (): Promise<() => Promise<void>> => {
  const blocker = await side.pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE outbox_events IN ACCESS EXCLUSIVE MODE');
  return async () => {
    await blocker.query('COMMIT');
    blocker.release();
  };
};

const writeWaits = (): Promise<void> =>
  eventually(async () => {
    const [row] = (
      await side.asAdmin(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      )
    ).rows;
    expect(row?.['waiting']).toBe(1);
  });

describe('while Postgres is away', () => {
  it('requests answer 503 and when to try again, the process stays alive, and recovers afterwards', async () => {
    const proxy = await tcpProxy(side.fresh.productApiUrl);
    afterFile(proxy.close);
    const call = await startApi(proxy.through(side.fresh.productApiUrl));
    expect((await call('POST', '/v1/products', { body: mug })).status).toBe(201);
    await proxy.set('refuse');
    for (const request of [
      () => call('POST', '/v1/products', { body: mug }),
      () => call('GET', `/v1/products/${v7()}`),
      () =>
        call('PUT', `/v1/products/${v7()}/category`, {
          headers: { 'if-match': '*' },
          body: { categoryId: 'x' },
        }),
    ]) {
      const answer: Answer = await request();
      expect(problemOf(answer)).toBe('503 dependency-unavailable');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(problemOf(await call('GET', '/health/ready'))).toBe('503 not-ready');
    expect((await call('GET', '/health/live')).status).toBe(200);
    await proxy.set('pass');
    expect((await call('POST', '/v1/products', { body: mug })).status).toBe(201);
    expect((await call('GET', '/health/ready')).status).toBe(200);
  });

  it('a change whose connection breaks says that its outcome is unknown; sent again with its key, it has one effect', async () => {
    const proxy = await tcpProxy(side.fresh.productApiUrl);
    afterFile(proxy.close);
    const call = await startApi(proxy.through(side.fresh.productApiUrl));
    const id = await side.create();
    const request = {
      headers: { 'if-match': '"1"', 'idempotency-key': v7() },
      body: { delta: -1 },
    };
    const unblock = await blockOutbox();
    const sent = call('POST', `/v1/products/${id}/stock-adjustments`, request);
    await writeWaits();
    await proxy.set('refuse');
    const answer = await sent;
    expect(problemOf(answer)).toBe('503 outcome-unknown');
    expect(answer.headers.get('retry-after')).toBe('5');
    await proxy.set('pass');
    await unblock();
    const again = await call('POST', `/v1/products/${id}/stock-adjustments`, request);
    expect(again.status).toBe(200);
    expect(await side.store.find(id)).toMatchObject({ version: 2, stock: mug.stock - 1 });
  });

  it('without a word, the wait ends and the connection is not used again', async () => {
    const proxy = await tcpProxy(side.fresh.productApiUrl);
    afterFile(proxy.close);
    const call = await startApi(proxy.through(side.fresh.productApiUrl), { statementTimeoutMs: 200 });
    const open = new Set<object>();
    let isSilent = false;
    proxy.inspect((_bytes, _towards, connection) => {
      if (!isSilent) open.add(connection);
      return isSilent && open.has(connection) ? 'swallow' : undefined;
    });
    // Leaves an idle connection in the pool; a write would then notify the relay over it.
    await eventually(async () => expect((await call('GET', '/health/ready')).status).toBe(200));
    isSilent = true;
    expect(problemOf(await call('POST', '/v1/products', { body: mug }))).toBe('503 outcome-unknown');
    // A busy machine may need longer than this statement timeout.
    await eventually(async () =>
      expect((await call('POST', '/v1/products', { body: mug })).status).toBe(201),
    );
  });
});

describe('a row that stays locked', () => {
  it('is waited for no longer than the statement timeout: 503, and nothing was written', async () => {
    const call = await startApi(side.fresh.productApiUrl, { statementTimeoutMs: 300 });
    const id = await side.create();
    const before = await side.counts();
    const unblock = await blockOutbox();
    const answer = await call('POST', `/v1/products/${id}/publish`, { headers: { 'if-match': '"1"' } });
    expect(problemOf(answer)).toBe('503 dependency-unavailable');
    await unblock();
    expect(await side.counts()).toEqual(before);
    await eventually(async () =>
      expect(
        (await call('POST', `/v1/products/${id}/publish`, { headers: { 'if-match': '"1"' } })).status,
      ).toBe(200),
    );
  });
});
