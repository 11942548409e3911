import type { DocumentDigest } from '@reprise/read-model-documents';

/** A document as one side has it: its version and the digest of its content. */
export interface DocumentState {
  readonly version: number;
  readonly digest: DocumentDigest;
}

/** What no feeder will put right: it is not there, no log knows it, it is older, or has another content or an impossible version. */
export const faultClasses = ['missing', 'extra', 'stale', 'different'] as const;
/**
 * Why a document may differ without being at fault: a live feeder is about to write it, its events lie in the log and nobody
 * feeds them, or they are committed and not in the log yet.
 */
export const waitingClasses = ['inFlight', 'behind', 'unpublished'] as const;
export type WaitingClass = (typeof waitingClasses)[number];

/** How a document of the read model differs from the fold of the log. */
export const driftClasses = [...faultClasses, ...waitingClasses] as const;
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
 * @param waiting what an event of this document beyond what the generation is known to contain waits for; undefined when there is none
 * @returns undefined when both are the same
 */
export function classify(
  id: string,
  expected: DocumentState | undefined,
  actual: DocumentState | undefined,
  waiting: WaitingClass | undefined,
): Drift | undefined {
  if (expected === undefined && actual === undefined) return undefined;
  if (expected && actual && expected.version === actual.version && sameContent(expected, actual))
    return undefined;
  const versions = { id, expected: expected?.version ?? null, actual: actual?.version ?? null };
  if (waiting) return { ...versions, class: waiting };
  if (actual === undefined) return { ...versions, class: 'missing' };
  if (expected === undefined) return { ...versions, class: 'extra' };
  return { ...versions, class: actual.version < expected.version ? 'stale' : 'different' };
}

/** Whether both digests are of the same content, and count in the same bucket. */
export function sameContent({ digest: a }: DocumentState, { digest: b }: DocumentState): boolean {
  return a.high === b.high && a.low === b.low && a.bucket === b.bucket;
}
