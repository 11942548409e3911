import { setSession, type OwnSettings } from '@reprise/runtime';
import { Client, type ClientConfig } from 'pg';

/** After longer silence than this, a connection with a pending request counts as dead. */
const answerTimeoutMs = 5_000;

/** A dedicated connection for what belongs to a session: a lock or a subscription. Its errors never end the process. */
export function sessionClient(
  connectionString: string,
  purpose: string,
  settings: ClientConfig = {},
): Client {
  const client = new Client({
    connectionString,
    application_name: `outbox-relay ${purpose}`,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    ...settings,
  });
  client.on('error', () => undefined);
  return client;
}

/** Connects it and applies the session's settings. @throws the database's error */
export async function connectSession(client: Client, own?: OwnSettings): Promise<void> {
  await client.connect();
  await setSession(client, own);
}

/** Closes the session, but does not wait for a server that no longer answers. */
export async function closeSession(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  await Promise.race([client.end().catch(() => undefined), patience]);
  clearTimeout(timer);
}
