import type { DocumentDigest } from '@reprise/read-model-documents';

/** A document as one side has it: its version and the digest of its content. */
export interface DocumentState {
  readonly version: number;
  readonly digest: DocumentDigest;
}

/**
 * How a document of the read model differs from the fold of the log: it is not there, no log knows it, it is behind, it has
 * another content or a version its log never had, or the log has moved past what was compared, which is no fault.
 */
export const driftClasses = ['missing', 'extra', 'stale', 'different', 'inFlight'] as const;
export type DriftClass = (typeof driftClasses)[number];

export interface Drift {
  readonly id: string;
  readonly class: DriftClass;
  /** Version by the log, null for an extra document. */
  readonly expected: number | null;
  /** Version in the store, null for a missing document. */
  readonly actual: number | null;
}

/**
 * Compares what the log says of a document with what the store holds.
 *
 * @param touched whether an event of this document lies beyond what the generation is known to contain: then it may differ
 * @returns undefined when both are the same
 */
export function classify(
  id: string,
  expected: DocumentState | undefined,
  actual: DocumentState | undefined,
  touched: boolean,
): Drift | undefined {
  if (expected === undefined && actual === undefined) return undefined;
  if (expected && actual && expected.version === actual.version && sameContent(expected, actual))
    return undefined;
  const versions = { id, expected: expected?.version ?? null, actual: actual?.version ?? null };
  if (touched) return { ...versions, class: 'inFlight' };
  if (actual === undefined) return { ...versions, class: 'missing' };
  if (expected === undefined) return { ...versions, class: 'extra' };
  return { ...versions, class: actual.version < expected.version ? 'stale' : 'different' };
}

/** Whether both digests are of the same content, and count in the same bucket. */
export function sameContent({ digest: a }: DocumentState, { digest: b }: DocumentState): boolean {
  return a.high === b.high && a.low === b.low && a.bucket === b.bucket;
}
