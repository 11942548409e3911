import { measureBacklog, lastUnpublishedId } from './backlog.ts';
import { claimMessages } from './claim.ts';
import { markProcessed, parkMessage, releaseParked } from './mark.ts';
import { aggregate, outboxDatabase, type OutboxDatabase } from './testing/outbox-database.ts';

const limits = { messages: 100, bytes: 1_000_000, messageBytes: 100_000 };

let outbox: OutboxDatabase;
beforeAll(async () => {
  outbox = await outboxDatabase();
});
afterEach(() => outbox.pool.query('TRUNCATE outbox_events'));

async function claimedIds(
  overrides: Partial<typeof limits> = {},
  inFlight: readonly string[] = [],
): Promise<string[]> {
  const messages = await claimMessages(outbox.pool, { ...limits, ...overrides }, inFlight);
  return messages.map(({ id }) => id);
}

describe('claiming', () => {
  it('gives the oldest unpublished messages first, with the payload byte for byte', async () => {
    const payload = '{ "b":1.0,  "a":"Gr\\u00fc\u00dfe \\u0000 \\ud83d\u{1F600}" }';
    const first = await outbox.append(aggregate(1), 1, { payload });
    const second = await outbox.append(aggregate(2), 1);
    const messages = await claimMessages(outbox.pool, limits);
    expect(messages.map(({ id }) => id)).toEqual([first, second]);
    expect(messages[0]).toEqual({
      id: first,
      aggregateId: aggregate(1),
      aggregateVersion: 1,
      bytes: Buffer.byteLength(payload),
      payload,
    });
  });

  it('gives no more messages than asked for', async () => {
    const ids = [await outbox.append(aggregate(1), 1), await outbox.append(aggregate(1), 2)];
    await outbox.append(aggregate(1), 3);
    expect(await claimedIds({ messages: 2 })).toEqual(ids);
  });

  it('stops before the byte limit, but always gives the first message', async () => {
    const payload = JSON.stringify('x'.repeat(1_000));
    const ids = [];
    for (let version = 1; version <= 5; version++)
      ids.push(await outbox.append(aggregate(1), version, { payload }));
    expect(await claimedIds({ bytes: 3_500 })).toEqual(ids.slice(0, 3));
    expect(await claimedIds({ bytes: 1 })).toEqual(ids.slice(0, 1));
  });

  it('names a message that is too large without reading its payload', async () => {
    const payload = JSON.stringify('x'.repeat(5_000));
    const large = await outbox.append(aggregate(1), 1, { payload });
    const small = await outbox.append(aggregate(2), 1);
    const messages = await claimMessages(outbox.pool, { ...limits, messageBytes: 5_001 });
    expect(messages.map(({ id, bytes, payload: text }) => [id, bytes, text])).toEqual([
      [large, 5_002, null],
      [small, 2, '{}'],
    ]);
  });

  it('leaves out what is in flight and what is published', async () => {
    const [one, two, three] = [
      await outbox.append(aggregate(1), 1),
      await outbox.append(aggregate(1), 2),
      await outbox.append(aggregate(1), 3),
    ];
    await markProcessed(outbox.pool, [one]);
    expect(await claimedIds({}, [two])).toEqual([three]);
  });

  it('gives a message that became visible after higher ids were published', async () => {
    const client = await outbox.pool.connect();
    try {
      await client.query('BEGIN');
      const late = await outbox.append(aggregate(1), 1, { client });
      const early = await outbox.append(aggregate(2), 1);
      expect(await claimedIds()).toEqual([early]);
      await markProcessed(outbox.pool, [early]);
      await client.query('COMMIT');
      expect(await claimedIds()).toEqual([late]);
    } finally {
      client.release();
    }
  });

  it('does not stall on an id whose transaction was rolled back', async () => {
    const client = await outbox.pool.connect();
    try {
      await client.query('BEGIN');
      await outbox.append(aggregate(1), 1, { client });
      const after = await outbox.append(aggregate(2), 1);
      await client.query('ROLLBACK');
      expect(await claimedIds()).toEqual([after]);
    } finally {
      client.release();
    }
  });
});

describe('a parked message', () => {
  it('holds back the later messages of its aggregate only, until it is released', async () => {
    const parked = await outbox.append(aggregate(1), 1);
    const waiting = await outbox.append(aggregate(1), 2);
    const other = await outbox.append(aggregate(2), 1);
    await parkMessage(outbox.pool, parked, 'MESSAGE_TOO_LARGE');
    expect(await claimedIds()).toEqual([other]);
    expect(await measureBacklog(outbox.pool)).toMatchObject({ unpublished: 2, parked: 1 });

    expect(await releaseParked(outbox.pool)).toBe(1);
    expect(await claimedIds()).toEqual([parked, waiting, other]);
  });

  it('keeps its reason and counts its attempts, those that failed and the one that did not', async () => {
    const id = await outbox.append(aggregate(1), 1);
    await parkMessage(outbox.pool, id, 'MESSAGE_TOO_LARGE: 2 MB');
    await releaseParked(outbox.pool);
    await markProcessed(outbox.pool, [id]);
    const { rows } = await outbox.pool.query(
      'SELECT attempts, last_error, processed, parked, processed_at IS NOT NULL AS stamped FROM outbox_events',
    );
    expect(rows).toEqual([
      { attempts: 2, last_error: 'MESSAGE_TOO_LARGE: 2 MB', processed: true, parked: false, stamped: true },
    ]);
  });

  it('is an ordinary published one if the log has acknowledged it after all', async () => {
    const id = await outbox.append(aggregate(1), 1);
    await parkMessage(outbox.pool, id, 'parked by a former leader');
    await markProcessed(outbox.pool, [id]);
    expect(await measureBacklog(outbox.pool)).toMatchObject({ unpublished: 0, parked: 0 });
  });

  it('cannot be a published one', async () => {
    const id = await outbox.append(aggregate(1), 1);
    await markProcessed(outbox.pool, [id]);
    await parkMessage(outbox.pool, id, 'too late');
    expect(await measureBacklog(outbox.pool)).toMatchObject({ unpublished: 0, parked: 0 });
    await expect(outbox.pool.query('UPDATE outbox_events SET parked = true')).rejects.toThrow(
      /parked_is_unpublished/,
    );
  });
});

describe('marking', () => {
  it('changes nothing the second time', async () => {
    const id = await outbox.append(aggregate(1), 1);
    await markProcessed(outbox.pool, [id]);
    const { rows: before } = await outbox.pool.query('SELECT * FROM outbox_events');
    await markProcessed(outbox.pool, [id]);
    const { rows: after } = await outbox.pool.query('SELECT * FROM outbox_events');
    expect(after).toEqual(before);
  });
});

describe('the backlog', () => {
  it('is nothing when the outbox is empty', async () => {
    expect(await measureBacklog(outbox.pool)).toEqual({
      unpublished: 0,
      parked: 0,
      oldestSeconds: 0,
      oldestWriterSeconds: 0,
    });
    expect(await lastUnpublishedId(outbox.pool)).toBeNull();
  });

  it('reports the age of the oldest message, and counts up to an id when asked to', async () => {
    const first = await outbox.append(aggregate(1), 1);
    const last = await outbox.append(aggregate(1), 2);
    await outbox.pool.query("UPDATE outbox_events SET created_at = now() - interval '1 hour' WHERE id = $1", [
      first,
    ]);
    const backlog = await measureBacklog(outbox.pool);
    expect(backlog.unpublished).toBe(2);
    expect(backlog.oldestSeconds).toBeGreaterThanOrEqual(3_600);
    expect(backlog.oldestSeconds).toBeLessThan(7_200);
    expect((await measureBacklog(outbox.pool, first)).unpublished).toBe(1);
    expect(await lastUnpublishedId(outbox.pool)).toBe(last);
  });

  it('shows a writer that stays open, whose messages nobody can see', async () => {
    const client = await outbox.pool.connect();
    try {
      await client.query('BEGIN');
      await outbox.append(aggregate(1), 1, { client });
      const backlog = await measureBacklog(outbox.pool);
      expect(backlog.unpublished).toBe(0);
      expect(backlog.oldestWriterSeconds).toBeGreaterThan(0);
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
  });
});
