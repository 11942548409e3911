import { afterFile, itSetsItsSessions } from '@reprise/test-kit';
import { createReadModelPool, openSession } from './pool.ts';

itSetsItsSessions('the pool of the read-model database', 'read', ({ url }) => {
  const pool = createReadModelPool(url);
  afterFile(() => pool.end());
  return Promise.resolve((sql, values) => pool.query(sql, values));
});

itSetsItsSessions('the pool of an event reader', 'write', ({ eventStoreUrl }) => {
  const pool = createReadModelPool(eventStoreUrl);
  afterFile(() => pool.end());
  return Promise.resolve((sql, values) => pool.query(sql, values));
});

itSetsItsSessions('a session beside the pool, as for a lease or a subscription', 'read', async ({ url }) => {
  const pool = createReadModelPool(url);
  afterFile(() => pool.end());
  const client = await openSession(pool, 'spec');
  afterFile(() => client.end());
  return (sql, values) => client.query(sql, values);
});
