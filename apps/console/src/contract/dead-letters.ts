import { z } from 'zod';
import { count, moment } from './known.ts';

/** A dead letter without its payload. */
export const deadLetter = z.object({
  /** `TOPIC:PARTITION:OFFSET`. */
  id: z.string(),
  context: z.string(),
  at: moment,
  state: z.enum(['open', 'resolved', 'discarded']),
  aggregateId: z.string().nullable(),
  type: z.string().nullable(),
  version: z.int().nullable(),
  reason: z.string(),
  message: z.string(),
  projection: z.string().nullable(),
  original: z.object({ topic: z.string(), partition: z.int(), offset: z.string() }),
  /** What was last done about it. */
  action: z
    .object({ what: z.string(), who: z.string(), at: moment, outcome: z.string().nullable() })
    .nullable(),
});
export type DeadLetterView = z.infer<typeof deadLetter>;

/** Letters that match the filters, newest first. */
export const deadLetterList = z.object({
  letters: z.array(deadLetter),
  /** How many match; `atLeast` where not all were looked at. */
  total: count,
  atLeast: z.boolean(),
  /** What to send as `after` for the next page; null on the last one. */
  next: z.string().nullable(),
  /** By type, error and state: what to filter for. */
  facets: z.object({
    types: z.record(z.string(), count),
    reasons: z.record(z.string(), count),
    states: z.record(z.string(), count),
  }),
});
export type DeadLetterList = z.infer<typeof deadLetterList>;

/** What a letter holds: asked for one at a time. */
export const deadLetterPayload = z.object({
  id: z.string(),
  /** As text where it is text, else in hex. */
  encoding: z.enum(['text', 'hex']),
  payload: z.string(),
  /** Cut at 64 KiB. */
  cut: z.boolean(),
  headers: z.record(z.string(), z.string()),
});
export type DeadLetterPayload = z.infer<typeof deadLetterPayload>;
