import type { Server } from 'node:http';
import type { Logger } from '@reprise/runtime';

/** How often at most the log says that connections were closed for being too many, in milliseconds. */
const sayEveryMs = 60_000;

/**
 * Lets a server hold so many connections; further ones are closed as soon as they come, and the log says so once a minute.
 *
 * @param now a clock that only goes forward, in milliseconds
 */
export function limitConnections(
  server: Server,
  most: number,
  logger: Logger,
  now: () => number = () => performance.now(),
): void {
  server.maxConnections = most;
  let [closed, saidAt] = [0, Number.NEGATIVE_INFINITY];
  server.on('drop', () => {
    closed += 1;
    if (now() - saidAt < sayEveryMs) return;
    logger.warn({ connections: closed, most }, 'closed connections beyond the limit (HTTP_CONNECTIONS)');
    [closed, saidAt] = [0, now()];
  });
}
