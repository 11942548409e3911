import { z } from 'zod';
import { actionResult } from './actions.ts';
import { overview, readModelCard, writeSide } from './overview.ts';
import { runDetail } from './runs.ts';
import { role } from './session.ts';
import { moment } from './known.ts';

/**
 * What `GET /ops/v1/live` sends, by the event's name. Each event is the whole of one thing as it is now, so an event replaces every
 * earlier one of the same name and key, and a client that was away is sent only the newest of each.
 *
 * The id of an event is what to send as `Last-Event-ID`; a client of an `EventSource` need not do anything for that.
 */
export const liveEvents = {
  /** Everything but the read models and write sides, each of which has its own event (key: none). */
  overview: overview.omit({ readModels: true, writeSides: true }),
  /** Key: `projection`. */
  card: readModelCard,
  /** Key: `context`. */
  'write-side': writeSide,
  /** Runs that work now, and for a while after they ended. Key: `run.runId`. */
  run: runDetail.omit({ receipt: true, action: true }),
  /** Actions of this console. Key: `id`. */
  action: actionResult,
  /** A sign of life at once and every 15 seconds, without an id, with the time by the console's clock and the role that the client has now. */
  alive: z.object({ at: moment, role }),
} as const;

export type LiveEvents = { readonly [K in keyof typeof liveEvents]: z.infer<(typeof liveEvents)[K]> };
export type LiveEventName = keyof LiveEvents;
