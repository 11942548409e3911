import { randomUUID } from 'node:crypto';
import { canaryEventType } from '@reprise/events';
import { runWriteMigrations } from '@reprise/product-api';
import { afterFile, freshDatabase } from '@reprise/test-kit';
import pg from 'pg';
import { readOutbox } from './pipeline-state.ts';

it('what the write database knows does not depend on when the last canary was written', async () => {
  const { url } = await freshDatabase('write');
  await runWriteMigrations(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  afterFile(() => client.end());
  const write = (type: string) =>
    client.query(
      `INSERT INTO outbox_events (event_id, aggregate_id, aggregate_version, type, payload, last_error)
       VALUES ($1, $2, 1, $3, '{}', 'why')`,
      [randomUUID(), randomUUID(), type],
    );
  await write(canaryEventType);
  expect(await readOutbox(url)).toEqual({ stored: 0, unpublished: 0, parked: 0 });
  await write('product.created.v1');
  expect(await readOutbox(url)).toEqual({ stored: 0, unpublished: 1, parked: 0, publishError: 'why' });
});
