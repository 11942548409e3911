import { createServer } from 'node:net';
import { afterFile } from './after-file.ts';
import { listenForGood } from './lasting-port.ts';

/** A port of the test file's own that nobody listens on, for a server whose address has to be known before it starts. */
export async function lastingPort(): Promise<number> {
  const server = createServer();
  const { port, release } = await listenForGood(server);
  afterFile(release);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
