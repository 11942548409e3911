import { afterFile, eventually, freshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';
import { isLed } from './leader-lock.ts';
import { Leadership, LeadershipLostError } from './leadership.ts';
import { outboxSql } from './testing/outbox-database.ts';

let url: string;
let readerUrl: string;
let admin: Client;
beforeAll(async () => {
  const database = await freshDatabase('write');
  url = database.relayUrl;
  readerUrl = database.eventStoreUrl;
  admin = await connect(database.adminUrl);
  const owner = await connect(database.url);
  await owner.query(outboxSql);
});

async function connect(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString });
  await client.connect();
  afterFile(() => client.end());
  return client;
}

const never = new AbortController().signal;

async function lockHolders(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE relation = 'outbox_leader'::regclass AND mode = 'ExclusiveLock' AND granted`,
  );
  return rows.map(({ pid }) => pid);
}

async function acquire(): Promise<Leadership> {
  const leadership = await Leadership.tryAcquire({ connectionString: url });
  if (leadership === undefined) throw new Error('the lock was not free');
  return leadership;
}

describe('leadership', () => {
  it('has one holder at a time, and the next one after its release', async () => {
    const first = await acquire();
    expect(await Leadership.tryAcquire({ connectionString: url })).toBeUndefined();
    await first.assertHeld();
    await first.release();
    const second = await acquire();
    await second.assertHeld();
    await second.release();
    expect(await lockHolders()).toEqual([]);
  });

  it('shows to anybody who may connect, and only while a relay holds it', async () => {
    const reader = await connect(readerUrl);
    expect(await isLed(reader)).toBe(false);
    const leadership = await acquire();
    expect(await isLed(reader)).toBe(true);
    await leadership.release();
    expect(await isLed(reader)).toBe(false);
  });

  it('passes to a waiting standby, which was notified that it stands by', async () => {
    const first = await acquire();
    let standbys = 0;
    const waiting = Leadership.acquire(
      { connectionString: url, retryMs: 20, onStandby: () => (standbys += 1) },
      never,
    );
    await eventually(() => expect(standbys).toBe(1));
    await first.release();
    const second = await waiting;
    await second.assertHeld();
    await second.release();
    expect(standbys).toBe(1);
  });

  it('stops waiting when it is aborted, and leaves no session behind', async () => {
    const first = await acquire();
    const controller = new AbortController();
    const waiting = Leadership.acquire(
      { connectionString: url, retryMs: 60_000, onStandby: () => controller.abort() },
      controller.signal,
    );
    await expect(waiting).rejects.toThrow(/abort/);
    await first.release();
  });

  it('is lost for good, and known to be lost without asking, when the session is terminated', async () => {
    const leadership = await acquire();
    const [pid] = await lockHolders();
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    await eventually(() => expect(leadership.lost.aborted).toBe(true));
    await expect(leadership.assertHeld()).rejects.toThrow(LeadershipLostError);
    await expect(leadership.assertHeld()).rejects.toThrow(/terminating connection/);
    await leadership.release();
  });

  it('is lost when the session that answers does not hold the lock, as behind a pooler in transaction mode', async () => {
    await admin.query('CREATE SCHEMA shadow; GRANT USAGE ON SCHEMA shadow TO PUBLIC');
    const shadowed = `${url}?options=${encodeURIComponent('-c search_path=shadow,pg_catalog,public')}`;
    const leadership = await Leadership.tryAcquire({ connectionString: shadowed });
    await leadership?.assertHeld();
    await admin.query(`CREATE VIEW shadow.pg_locks AS SELECT * FROM pg_catalog.pg_locks WHERE false;
                       GRANT SELECT ON shadow.pg_locks TO PUBLIC`);
    await expect(leadership?.assertHeld()).rejects.toThrow(/no longer holds the lock/);
    await leadership?.release();
  });

  it('is kept by a holder that has nothing to publish for longer than the session timeout', async () => {
    const leadership = await acquire();
    const [pid] = await lockHolders();
    // Postgres ends a session that is silent for the whole time; this one speaks before, more than once.
    const spoke = async () => {
      const { rows } = await admin.query('SELECT state_change FROM pg_stat_activity WHERE pid = $1', [pid]);
      return (rows as [{ state_change: Date }])[0].state_change.getTime();
    };
    for (let beats = 0, last = await spoke(); beats < 2; beats += 1)
      last = await eventually(async () => {
        const now = await spoke();
        expect(now).toBeGreaterThan(last);
        return now;
      });
    expect(await lockHolders()).toEqual([pid]);
    await leadership.assertHeld();
    await leadership.release();
  });

  it('says why when Postgres cannot be reached', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/none';
    await expect(Leadership.tryAcquire({ connectionString: nowhere })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('is kept from nobody by who may not publish, whatever locks they take', async () => {
    const reader = await connect(readerUrl);
    await reader.query('SELECT pg_advisory_lock($1, $2)', [0x6f757462, 0x72656c79]);
    const locking = reader.query('BEGIN; LOCK TABLE outbox_leader IN ACCESS SHARE MODE');
    await expect(locking).rejects.toThrow('permission denied for table outbox_leader');
    const leadership = await acquire();
    await leadership.assertHeld();
    await leadership.release();
    await reader.query('ROLLBACK');
    await reader.query('SELECT pg_advisory_unlock_all()');
  });

  it('is shared with no relay of a release that knows the advisory lock only', async () => {
    const older = await connect(url);
    const lock = 'SELECT pg_try_advisory_lock($1, $2) AS held';
    const tryOlder = async () =>
      (await older.query<{ held: boolean }>(lock, [0x6f757462, 0x72656c79])).rows[0]?.held;
    expect(await tryOlder()).toBe(true);
    expect(await Leadership.tryAcquire({ connectionString: url })).toBeUndefined();
    await older.query('SELECT pg_advisory_unlock_all()');
    const leadership = await acquire();
    expect(await tryOlder()).toBe(false);
    await leadership.release();
    expect(await tryOlder()).toBe(true);
    await older.query('SELECT pg_advisory_unlock_all()');
  });

  it('holds back no cleaning: the open transaction has neither a snapshot nor a number', async () => {
    const leadership = await acquire();
    await leadership.assertHeld();
    const [pid] = await lockHolders();
    const session = 'SELECT state, backend_xmin, backend_xid FROM pg_stat_activity WHERE pid = $1';
    await eventually(async () =>
      expect((await admin.query(session, [pid])).rows).toEqual([
        { state: 'idle in transaction', backend_xmin: null, backend_xid: null },
      ]),
    );
    await leadership.release();
  });
});
