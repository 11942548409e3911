import { eventually } from '@reprise/test-kit';
import { connectSession, sessionClient } from './connection.ts';
import { notifiesItself, notifyRelay } from './notify.ts';
import { aggregate, outboxDatabase, type OutboxDatabase } from './testing/outbox-database.ts';
import { listenForMessages, Wake } from './wake.ts';

let outbox: OutboxDatabase;
beforeAll(async () => {
  outbox = await outboxDatabase();
});

const terminateListeners = `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'outbox-relay listener'`;

/** Longer than any test: a wait of it ends only when it is woken. */
const neverMs = 3_600_000;

describe('listening for new messages', () => {
  it('wakes when a transaction with messages commits, not before', async () => {
    const listening = await listen();
    const client = await outbox.pool.connect();
    await client.query('BEGIN');
    await outbox.append(aggregate(1), 1, { client });
    const woken = listening.wake.wait(neverMs, listening.signal);
    const early = await Promise.race([
      woken.then(() => 'woken'),
      client.query('SELECT 1').then(() => 'not yet'),
    ]);
    expect(early).toBe('not yet');
    await client.query('COMMIT');
    client.release();
    await woken;
    await listening.end();
  });

  it('is woken by a writer that notifies it itself, and not by the transactions of that one', async () => {
    const listening = await listen();
    const quiet = sessionClient(outbox.url, 'writer');
    await connectSession(quiet, notifiesItself);
    try {
      const heard: string[] = [];
      quiet.on('notification', ({ channel }) => heard.push(channel));
      await quiet.query('LISTEN outbox_events');
      await outbox.append(aggregate(3), 1, { client: quiet });
      // A session receives its own notifications before the answer to its next statement.
      await quiet.query('SELECT 1');
      expect(heard).toEqual([]);
      await quiet.query(notifyRelay);
      await listening.wake.wait(neverMs, listening.signal);
      await eventually(() => expect(heard).toEqual(['outbox_events']));
    } finally {
      await quiet.end();
      await listening.end();
    }
  });

  it('reconnects after its session was ended, and wakes because it may have missed something', async () => {
    const listening = await listen();
    const { rows } = await outbox.pool.query(terminateListeners);
    expect(rows).toEqual([{ ended: true }]);
    await listening.wake.wait(neverMs, listening.signal);
    expect(listening.failures).not.toEqual([]);
    await outbox.append(aggregate(2), 1);
    await listening.wake.wait(neverMs, listening.signal);
    await listening.end();
  });

  it('keeps trying while the database cannot be reached', async () => {
    const failures: unknown[] = [];
    const controller = new AbortController();
    const listening = listenForMessages(
      new Wake(),
      {
        connectionString: 'postgres://nobody@127.0.0.1:1/none',
        onFailure: (error) => failures.push(error),
        retryMs: 5,
      },
      controller.signal,
    );
    await eventually(() => expect(failures.length).toBeGreaterThan(2));
    controller.abort();
    await listening;
  });
});

/** Resolves when the listener is connected and the wake-up of its connection has been consumed. */
async function listen(): Promise<{
  wake: Wake;
  failures: unknown[];
  signal: AbortSignal;
  end(): Promise<void>;
}> {
  const wake = new Wake();
  const failures: unknown[] = [];
  const controller = new AbortController();
  const { signal } = controller;
  const ended = listenForMessages(
    wake,
    { connectionString: outbox.url, onFailure: (error) => failures.push(error), retryMs: 5 },
    signal,
  );
  await wake.wait(neverMs, signal);
  return {
    wake,
    failures,
    signal,
    end: async () => {
      controller.abort();
      await ended;
    },
  };
}
