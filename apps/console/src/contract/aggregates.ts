import { z } from 'zod';
import { known, moment } from './known.ts';
import { fieldDifference, storedDocument } from './generations.ts';

/** What one event made of one projection's document. */
export const projectionStep = z.object({
  projection: z.string(),
  outcome: z.enum(['applied', 'ignored', 'refused']),
  /** Why it was refused. */
  reason: z.string().nullable(),
  tombstone: z.string().nullable(),
  /** After the event; null where there is none. */
  document: z.record(z.string(), z.unknown()).nullable(),
  changed: z.array(fieldDifference),
});
export type ProjectionStep = z.infer<typeof projectionStep>;

export const aggregateEvent = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  time: moment,
  actor: z.string().nullable(),
  correlationId: z.string().nullable(),
  data: z.unknown(),
  projections: z.array(projectionStep),
});
export type AggregateEvent = z.infer<typeof aggregateEvent>;

/** One aggregate: its events in order, what each projection makes of each, and what is stored. */
export const aggregateView = z.object({
  context: z.string(),
  aggregateId: z.string(),
  /** Where the events were read. */
  source: z.enum(['event-store', 'kafka']),
  events: z.array(aggregateEvent),
  /** More events than are shown: at most 500 are. */
  more: z.boolean(),
  stored: z.array(
    z.object({
      projection: z.string(),
      generation: z.string().nullable(),
      /** Null where there is no document. */
      document: known(storedDocument.nullable()),
      /** Whether it is what the events say; unknown where events are held back or not all are shown. */
      asExpected: known(z.boolean()),
    }),
  ),
});
export type AggregateView = z.infer<typeof aggregateView>;
