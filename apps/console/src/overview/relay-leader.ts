import type { EventStore } from '@reprise/read-model-feed';
import { answered } from '@reprise/read-model-status';
import { tableHolders } from '@reprise/runtime';
import type { Known } from '../contract/index.ts';

/** Sessions that hold the leader's table of the outbox, as the outbox itself looks for them. */
const holders = `
  SELECT application_name AS name, pid
  FROM (${tableHolders('outbox_leader')}) AS holder JOIN pg_stat_activity USING (pid)`;

/** The relay that publishes now, by the lock it holds; the role that reads the event store may see locks, and may take none. */
export async function relayLeader({ pool }: EventStore, withinMs: number): Promise<Known<{ name: string }>> {
  try {
    const { rows } = await answered(
      'postgres',
      pool.query<{ name: string | null; pid: number }>(holders),
      withinMs,
    );
    const [leader] = rows;
    if (!leader)
      return {
        ...{ known: false, none: true },
        why: 'no relay holds the lock of the outbox, so nothing is published now',
      };
    return { known: true, value: { name: `${leader.name || 'a relay'} (session ${leader.pid})` } };
  } catch (error) {
    return { known: false, why: error instanceof Error ? error.message : String(error) };
  }
}
