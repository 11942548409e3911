/**
 * A session with this setting keeps the trigger of the outbox from notifying the relay: whoever uses it does that itself, after
 * the commit.
 */
export const notifiesItself = { 'reprise.outbox_notify': 'off' } as const;

/**
 * Wakes the relay. It has nothing to lose, so its commit waits for no disk: the relay polls as well.
 *
 * Postgres lets transactions that notify commit one after the other, each waiting for its own write to disk. So a busy writer sends
 * this in a transaction of its own, after the one that appended.
 */
export const notifyRelay = {
  name: 'notify-relay',
  text: `SELECT set_config('synchronous_commit', 'off', true), pg_notify('outbox_events', '')`,
} as const;

/**
 * Makes many calls into few: one is under way at a time, and all that come meanwhile are one more, because what they tell of may have
 * been too late for the one under way. A call that fails is not made again.
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
