import { afterFile, itSetsItsSessions } from '@reprise/test-kit';
import { closeSession, connectSession, sessionClient } from './connection.ts';

itSetsItsSessions(
  'a session of the outbox',
  'write',
  async ({ url }) => {
    const client = sessionClient(url, 'spec');
    await connectSession(client, { idle_session_timeout: 10_000 });
    afterFile(() => closeSession(client));
    return (sql, values) => client.query(sql, values);
  },
  { idle_session_timeout: '10000' },
);
