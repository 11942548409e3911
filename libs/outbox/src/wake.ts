import { setTimeout as delay } from 'node:timers/promises';
import { closeSession, connectSession, sessionClient } from './connection.ts';

/** A latch between the listener for new messages and the loop that publishes them. */
export class Wake {
  #pending = false;
  #endWait: (() => void) | undefined;

  /** Ends the current wait, or the next one if nobody waits. Many calls count as one. */
  notify(): void {
    this.#pending = true;
    this.#endWait?.();
  }

  /** Resolves at the next {@link notify}, at once if one came since the last wait, after `timeoutMs`, or when `signal` aborts. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (!this.#pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          this.#endWait = undefined;
          resolve();
        };
        const timer = setTimeout(end, timeoutMs);
        signal.addEventListener('abort', end, { once: true });
        this.#endWait = end;
      });
    }
    this.#pending = false;
  }
}

export interface ListenerOptions {
  readonly connectionString: string;
  /** Called with the error each time the connection fails; the listener then reconnects. */
  readonly onFailure: (error: unknown) => void;
  /** Pause before it connects again. Default 1 s. */
  readonly retryMs?: number;
  /** How often it makes sure that the connection is alive: a listener that only waits would not notice. Default 10 s. */
  readonly pingMs?: number;
}

/**
 * Wakes on `NOTIFY outbox_events` over its own connection until the signal aborts. Notifications are a hint for low
 * latency, and those of a broken connection are lost: the loop it wakes must poll as well.
 */
export async function listenForMessages(
  wake: Wake,
  options: ListenerOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await listenOnce(wake, options, signal);
    if (!signal.aborted) await delay(options.retryMs ?? 1_000, undefined, { signal }).catch(() => undefined);
  }
}

/** Listens until the connection breaks or the signal aborts. */
async function listenOnce(wake: Wake, options: ListenerOptions, signal: AbortSignal): Promise<void> {
  const client = sessionClient(options.connectionString, 'listener');
  let abort = (): void => undefined;
  let ping: NodeJS.Timeout | undefined;
  const closed = new Promise<void>((resolve, reject) => {
    abort = resolve;
    ping = setInterval(() => {
      client.query('SELECT 1').catch(reject);
    }, options.pingMs ?? 10_000);
    client.on('end', () => reject(new Error('the connection that listens for new messages was closed')));
    client.on('error', reject);
  });
  closed.catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  client.on('notification', () => wake.notify());
  try {
    await connectSession(client);
    await client.query('LISTEN outbox_events');
    wake.notify();
    await closed;
  } catch (error) {
    if (!signal.aborted) options.onFailure(error);
  } finally {
    clearInterval(ping);
    signal.removeEventListener('abort', abort);
    await closeSession(client);
  }
}
