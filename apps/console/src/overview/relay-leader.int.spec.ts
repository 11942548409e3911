import type { EventStore } from '@reprise/read-model-feed';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import pg from 'pg';
import { relayLeader } from './relay-leader.ts';

it('names the relay that holds the lock of the outbox, as long as it does and where there is an outbox', async () => {
  const database = await freshDatabase('write');
  const pool = new pg.Pool({ connectionString: database.eventStoreUrl, max: 1 });
  const relay = new pg.Client({ connectionString: database.url, application_name: 'a relay of a test' });
  await relay.connect();
  afterFile(() => relay.end());
  afterFile(() => pool.end());
  const leader = () => relayLeader({ pool } as unknown as EventStore, 5_000);
  const nobody = {
    known: false,
    none: true,
    why: expect.stringContaining('no relay holds the lock of the outbox'),
  };
  expect(await leader()).toEqual(nobody);

  await relay.query('CREATE TABLE outbox_leader ()');
  await relay.query('BEGIN; LOCK TABLE outbox_leader IN EXCLUSIVE MODE');
  expect(await leader()).toMatchObject({
    value: { name: expect.stringMatching(/^a relay of a test \(session \d+\)$/) },
  });
  await relay.query('COMMIT');
  expect(await leader()).toEqual(nobody);
});
