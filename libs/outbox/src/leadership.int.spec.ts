import { afterFile, eventually, freshDatabase } from '@reprise/test-kit';
import { Client } from 'pg';
import { Leadership, LeadershipLostError } from './leadership.ts';

let url: string;
let admin: Client;
beforeAll(async () => {
  const database = await freshDatabase('write');
  url = database.url;
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  afterFile(() => admin.end());
});

const never = new AbortController().signal;

async function lockHolders(): Promise<number[]> {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ pid }) => pid);
}

async function acquire(sessionTimeoutMs = 10_000): Promise<Leadership> {
  const leadership = await Leadership.tryAcquire({ connectionString: url, sessionTimeoutMs });
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

  it('passes to a waiting standby, who was told that it stands by', async () => {
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
    const shadowed = `${url}?options=${encodeURIComponent('-c search_path=shadow,pg_catalog')}`;
    const leadership = await Leadership.tryAcquire({ connectionString: shadowed });
    await leadership?.assertHeld();
    await admin.query(`CREATE VIEW shadow.pg_locks AS SELECT * FROM pg_catalog.pg_locks WHERE false;
                       GRANT SELECT ON shadow.pg_locks TO PUBLIC`);
    await expect(leadership?.assertHeld()).rejects.toThrow(/no longer holds the lock/);
    await leadership?.release();
  });

  it('is kept by a holder that has nothing to publish for longer than the session timeout', async () => {
    const leadership = await acquire(500);
    const [pid] = await lockHolders();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await lockHolders()).toEqual([pid]);
    await leadership.assertHeld();
    await leadership.release();
  });

  it('tells why when Postgres cannot be reached', async () => {
    const nowhere = 'postgres://nobody@127.0.0.1:1/none';
    await expect(Leadership.tryAcquire({ connectionString: nowhere })).rejects.toThrow(/ECONNREFUSED/);
  });
});
