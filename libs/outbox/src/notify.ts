/**
 * A session with this setting keeps the outbox's trigger from notifying the relay. Its user must notify the relay after the
 * commit.
 */
export const notifiesItself = { 'reprise.outbox_notify': 'off' } as const;

/**
 * Wakes the relay. It has nothing to lose, so its commit waits for no disk: the relay polls as well.
 *
 * Postgres commits transactions that notify one at a time, each waiting for its own write to disk. So a busy writer sends
 * this in its own transaction, after the one that appended.
 */
export const notifyRelay = {
  name: 'notify-relay',
  text: `SELECT set_config('synchronous_commit', 'off', true), pg_notify('outbox_events', '')`,
} as const;

/**
 * Merges many calls into few. One call runs at a time; all calls that arrive meanwhile become one more, because the running one may
 * have missed what they announce. A failed call is not repeated.
 */
export function coalesced(call: () => Promise<unknown>): () => void {
  let isUnderWay = false;
  let isDue = false;
  const work = async (): Promise<void> => {
    isUnderWay = true;
    while (isDue) {
      isDue = false;
      await call().catch(() => undefined);
    }
    isUnderWay = false;
  };
  return () => {
    isDue = true;
    if (!isUnderWay) void work();
  };
}
