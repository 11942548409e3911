import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Pool } from 'pg';
import { openSession } from '../postgres/pool.ts';

/** Why the watcher woke: it began, a notification came, or the interval passed. Look at the registry in every case. */
export type Wake = 'started' | 'notified' | 'polled';

/**
 * Wakes its reader at once, whenever a generation is entered or changes its state, and every `pollMs` in any case: a
 * notification can be lost (the connection broke), a poll cannot. Wakes that come while the reader works are merged into one. It
 * reopens its own connection after a fault; ends when `signal` aborts.
 */
export async function* watchGenerations(
  pool: Pool,
  { signal, pollMs = 1_000 }: { readonly signal: AbortSignal; readonly pollMs?: number },
): AsyncGenerator<Wake, void, void> {
  let notified = false;
  let wake = () => {};
  const notify = () => {
    notified = true;
    wake();
  };
  const stopped = new AbortController();
  const listening = listen(pool, notify, AbortSignal.any([signal, stopped.signal]));
  try {
    if (!signal.aborted) yield 'started';
    while (!signal.aborted) {
      if (!notified) await woken(pollMs, signal, (resolve) => (wake = resolve));
      if (signal.aborted) return;
      const reason = notified ? 'notified' : 'polled';
      notified = false;
      yield reason;
    }
  } finally {
    stopped.abort();
    await listening;
  }
}

function woken(pollMs: number, signal: AbortSignal, wakeBy: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, pollMs);
    signal.addEventListener('abort', done, { once: true });
    wakeBy(done);
  });
}

/** Keeps one connection listening until `signal` aborts. Notifies after every reconnect too: what came between is unknown. */
async function listen(pool: Pool, notify: () => void, signal: AbortSignal): Promise<void> {
  let delay = 50;
  while (!signal.aborted) {
    let client: Client | undefined;
    try {
      client = await openSession(pool);
      const ended = endOf(client, signal);
      client.on('notification', notify);
      await client.query('LISTEN generations');
      notify();
      delay = 50;
      await ended;
    } catch {
      // Unreachable for now: polling continues meanwhile, and its reader meets the fault itself.
    }
    await client?.end().catch(() => {});
    if (!signal.aborted) await sleep(delay, undefined, { signal }).catch(() => {});
    delay = Math.min(delay * 2, 2_000);
  }
}

/** Resolves when the connection breaks or is closed, or `signal` aborts. */
function endOf(client: Client, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    client.on('error', () => resolve());
    client.on('end', () => resolve());
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
