import { setSession, type OwnSettings } from '@reprise/runtime';
import { Client, type ClientConfig } from 'pg';

/** Longer silence than this, from a server that was asked something, means that the connection is dead. */
const answerTimeoutMs = 5_000;

/** A connection of its own, for what belongs to a session: a lock or a subscription. Its errors never end the process. */
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

/** Connects it, and gives the session its settings. @throws the database's error */
export async function connectSession(client: Client, own?: OwnSettings): Promise<void> {
  await client.connect();
  await setSession(client, own);
}

/** Says goodbye to the server, but does not wait for one that no longer answers. */
export async function closeSession(client: Client): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, 1_000);
  });
  await Promise.race([client.end().catch(() => undefined), patience]);
  clearTimeout(timer);
}
