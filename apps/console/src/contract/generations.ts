import { z } from 'zod';
import { count, known, moment } from './known.ts';
import { partitionView } from './runs.ts';

/** A generation that was not pruned, or was. */
export const generationView = z.object({
  name: z.string(),
  uuid: z.uuid(),
  projection: z.string(),
  state: z.string(),
  createdAt: moment,
  stateSince: moment,
  fingerprint: z.string(),
  projectionVersion: z.int(),
  digest: z.string().nullable(),
  runId: z.uuid().nullable(),
  untilTs: z.string().nullable(),
  /** Whether readers are on it now. */
  served: z.boolean(),
  /** Null where the store could not say. */
  stored: z.boolean().nullable(),
  /** Whether the live feed keeps it up with the log. */
  fed: z.boolean(),
  lagEvents: count.nullable(),
  lagSeconds: z.number().nullable(),
  partitions: z.array(partitionView.pick({ partition: true, position: true })),
  feeders: z.array(
    z.object({ feederId: z.string(), silentSeconds: z.number(), partitions: z.array(z.int()) }),
  ),
  refusedBy: z.array(z.string()),
});
export type GenerationView = z.infer<typeof generationView>;

/** Moves between states, oldest first, as far as they were written down. */
export const timelineEntry = z.object({
  generation: z.string(),
  at: moment,
  state: z.string(),
  who: known(z.string()),
});
export type TimelineEntry = z.infer<typeof timelineEntry>;

export const generationList = z.object({
  projection: z.string(),
  generations: z.array(generationView),
  timeline: z.array(timelineEntry),
  orphans: known(z.array(z.string())),
  missing: known(z.array(z.string())),
});
export type GenerationList = z.infer<typeof generationList>;

/** Sums over the documents of one of 256 key buckets. */
export const bucketDigest = z.object({
  bucket: z.int(),
  documents: count,
  high: z.number(),
  low: z.number(),
});
export type BucketDigestView = z.infer<typeof bucketDigest>;

/**
 * What a generation holds now, by bucket. Its digest can be made of them: SHA-256 (hex) over one line
 * `bucket:documents:high:low\n` for each bucket with documents, in order.
 */
export const generationContents = z.object({
  generation: z.string(),
  at: moment,
  buckets: z.array(bucketDigest),
  digest: z.string(),
  /** What the gate proved; null where it never did. */
  proven: z.string().nullable(),
});
export type GenerationContents = z.infer<typeof generationContents>;

/** Two generations, by content: which of 256 buckets differ. */
export const generationComparison = z.object({
  left: z.string(),
  right: z.string(),
  at: moment,
  digests: z.object({ left: z.string(), right: z.string() }),
  documents: z.object({ left: count, right: count }),
  buckets: z.array(
    z.object({
      bucket: z.int(),
      same: z.boolean(),
      left: bucketDigest.nullable(),
      right: bucketDigest.nullable(),
    }),
  ),
});
export type GenerationComparison = z.infer<typeof generationComparison>;

/** Documents of one bucket that differ: at most 200 of them, by id. */
export const bucketComparison = z.object({
  left: z.string(),
  right: z.string(),
  bucket: z.int(),
  differing: count,
  documents: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['only-left', 'only-right', 'version', 'content']),
      leftVersion: z.int().nullable(),
      rightVersion: z.int().nullable(),
    }),
  ),
});
export type BucketComparison = z.infer<typeof bucketComparison>;

/** One field that differs; `undefined` is left out. */
export const fieldDifference = z.object({ path: z.string(), left: z.unknown(), right: z.unknown() });
export type FieldDifference = z.infer<typeof fieldDifference>;

export const storedDocument = z.object({
  version: z.int(),
  tombstone: z.string().nullable(),
  /** Null where a tombstone has none. */
  document: z.record(z.string(), z.unknown()).nullable(),
});
export type StoredDocumentView = z.infer<typeof storedDocument>;

/** One document in two generations, field by field. */
export const documentComparison = z.object({
  id: z.string(),
  left: storedDocument.nullable(),
  right: storedDocument.nullable(),
  fields: z.array(fieldDifference),
});
export type DocumentComparison = z.infer<typeof documentComparison>;
