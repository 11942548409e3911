import { z } from 'zod';
import { count, moment } from './known.ts';

/** One thing that an operator did, written down before it was done. */
export const auditRow = z.object({
  id: z.string(),
  at: moment,
  actor: z.string(),
  /** `console`, `cli` or whatever wrote it. */
  via: z.string().nullable(),
  verb: z.string(),
  projection: z.string().nullable(),
  /** What was asked, without secrets. */
  details: z.record(z.string(), z.unknown()),
  /** How it ended; null while it has not, or nobody wrote it down. */
  outcome: z.string().nullable(),
  exitCode: z.int().nullable(),
  endedAt: moment.nullable(),
});
export type AuditRow = z.infer<typeof auditRow>;

/** Newest first. */
export const auditPage = z.object({ rows: z.array(auditRow), next: z.string().nullable() });
export type AuditPage = z.infer<typeof auditPage>;

/** One setting as it is in force. */
export const settingView = z.object({
  name: z.string(),
  /** Null where it is not set. A secret says only that it is. */
  value: z.string().nullable(),
  secret: z.boolean(),
  /** `environment`, or `default`. */
  from: z.enum(['environment', 'default']),
});
export type SettingView = z.infer<typeof settingView>;

export const configurationView = z.object({
  settings: z.array(settingView),
  contexts: z.array(
    z.object({
      name: z.string(),
      topic: z.string(),
      deadLetterTopic: z.string(),
      eventStore: z.boolean(),
      projections: z.array(
        z.object({ name: z.string(), version: z.int(), storage: z.string(), readers: z.string() }),
      ),
    }),
  ),
});
export type ConfigurationView = z.infer<typeof configurationView>;

/** What a whole comparison with the log found. */
export const driftView = z.object({
  projection: z.string(),
  actionId: z.uuid(),
  at: moment,
  outcome: z.string(),
  generation: z.string(),
  watermark: z.record(z.string(), z.string()),
  counts: z.record(z.string(), z.number()),
  drift: z.array(z.object({ id: z.string(), class: z.string() })),
  warnings: z.array(z.string()),
});
export type DriftView = z.infer<typeof driftView>;

export const driftAnswer = z.object({
  /** The newest whole comparison, whoever made it; null where none was made. */
  last: z.object({ at: moment, outcome: z.string(), generation: z.string(), differing: count }).nullable(),
  /** What the newest one that was asked for here found; null where none was. */
  drift: driftView.nullable(),
});
export type DriftAnswer = z.infer<typeof driftAnswer>;
