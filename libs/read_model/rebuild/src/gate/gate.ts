import { digestOfBuckets, type BucketDigest } from '@reprise/read-model-documents';
import type { GenerationCounts } from '@reprise/read-model-indices';
import { PoisonIndex } from '../fold/poison-places.ts';
import type { SliceTally } from '../fold/slice-tally.ts';

/** One question asked before readers may be moved, with the answer that was expected and the one that was found. */
export interface GateCheck {
  readonly check: string;
  readonly expected: string;
  readonly actual: string;
  readonly passed: boolean;
}

export interface GateLimits {
  /** Poison events that are tolerated. */
  readonly poisonBudget: number;
  /** Share of the live generation's documents (without tombstones) that may be missing, 0 to 1. */
  readonly maxShrink: number;
  readonly allowEmpty: boolean;
}

export const defaultGateLimits: GateLimits = { poisonBudget: 0, maxShrink: 0.1, allowEmpty: false };

export interface GateEvidence {
  /** What the fold expects the generation to hold. */
  readonly expected: SliceTally;
  /** What its store says it holds. */
  readonly counts: GenerationCounts;
  readonly buckets: readonly BucketDigest[];
  /** Counts of the generation readers use; undefined when there is none. */
  readonly live: GenerationCounts | undefined;
  /** Rows of the event store's snapshot, and how many of them were read; undefined for any other source. */
  readonly rows?: { readonly inSnapshot: number; readonly read: number } | undefined;
  /** Digest of the documents' content, rehashed; undefined when that was not asked for. */
  readonly contents?: ContentDigest | undefined;
  /** Checks made elsewhere (canary queries), listed behind the others. */
  readonly further?: readonly GateCheck[];
}

/** The content of every document of a generation, rehashed instead of trusting the stored hashes. */
export interface ContentDigest {
  readonly buckets: readonly BucketDigest[];
  /** Documents whose content is not what their stored hash says, and the ids of the first ones. */
  readonly damaged: number;
  readonly damagedIds: readonly string[];
}

/** Judges a generation at rest. Every check is listed, passed or not; the generation may be promoted only if all passed. */
export function judge(evidence: GateEvidence, limits: GateLimits): GateCheck[] {
  const { expected, counts, buckets, contents, further = [] } = evidence;
  const expectedDigest = digestOfBuckets(expected.buckets);
  const actualDigest = digestOfBuckets(buckets);
  const differing = differingBuckets(expected.buckets, buckets);
  const named = differing.length === 0 ? '' : ` (buckets that differ: ${listed(differing)})`;
  return [
    equal('documents', expected.documents, counts.documents),
    equal('tombstones', expected.tombstones, counts.tombstones),
    {
      check: 'content digest',
      expected: expectedDigest,
      actual: `${actualDigest}${named}`,
      passed: expectedDigest === actualDigest,
    },
    ...(contents ? [contentCheck(expectedDigest, contents)] : []),
    atMost('documents refused by the store', 0, expected.rejectedCount),
    ...judgeFold(evidence, limits),
    ...further,
  ];
}

/** The checks that need no store: what the fold made of the log, with its documents counted wherever they are. */
export function judgeFold(
  { expected, counts, live, rows }: Pick<GateEvidence, 'expected' | 'counts' | 'live' | 'rows'>,
  limits: GateLimits,
): GateCheck[] {
  const checks = [
    atMost('poison events', limits.poisonBudget, expected.poisoned),
    atMost('aggregates with missing events', 0, expected.gapped - gapsBehindPoison(expected)),
  ];
  if (rows) checks.push(equal('rows of the event store read', rows.inSnapshot, rows.read));
  if (!limits.allowEmpty) checks.push(notEmpty(counts));
  if (live) checks.push(noShrink(live, counts, limits.maxShrink));
  return checks;
}

/**
 * Aggregates whose missing events are all among the poison events: what follows them can only wait, so it belongs to the poison that
 * the budget judges. A build of an earlier release did not count them: there, those are matched that are listed.
 */
function gapsBehindPoison({ poison, gaps, behindPoison }: SliceTally): number {
  const index = new PoisonIndex(poison);
  const listed = gaps.filter(({ aggregateId, expected, found = expected + 1 }) =>
    index.explains(aggregateId, expected, found),
  );
  return Math.max(behindPoison, listed.length);
}

/** The generation has documents at all. */
export function notEmpty({ documents }: Pick<GenerationCounts, 'documents'>): GateCheck {
  return {
    check: 'not empty',
    expected: 'at least 1 document (or --allow-empty)',
    actual: String(documents),
    passed: documents > 0,
  };
}

/** No more than a share of the documents that readers see now is missing; tombstones are not seen. */
export function noShrink(live: GenerationCounts, counts: GenerationCounts, maxShrink: number): GateCheck {
  const before = live.documents - live.tombstones;
  const after = counts.documents - counts.tombstones;
  const least = Math.ceil(before * (1 - maxShrink));
  return {
    check: 'no shrink against the live generation',
    expected: `at least ${least} of ${before} live documents`,
    actual: String(after),
    passed: after >= least,
  };
}

/** The documents' own content is what is expected, and what the hashes beside them say. */
export function contentCheck(expected: string, { buckets, damaged, damagedIds }: ContentDigest): GateCheck {
  const actual = digestOfBuckets(buckets);
  const named =
    damaged === 0 ? '' : ` (${damaged} documents differ from their hash: ${damagedIds.join(', ')})`;
  const passed = expected === actual && damaged === 0;
  return { check: 'content of every document', expected, actual: `${actual}${named}`, passed };
}

/** True when every check passed. */
export function gatePassed(checks: readonly GateCheck[]): boolean {
  return checks.length > 0 && checks.every(({ passed }) => passed);
}

/** Numbers of the buckets whose sums are not the same, in order. */
export function differingBuckets(a: readonly BucketDigest[], b: readonly BucketDigest[]): number[] {
  const key = ({ documents, high, low }: BucketDigest) => `${documents}:${high}:${low}`;
  const left = new Map(a.map((bucket) => [bucket.bucket, key(bucket)]));
  const right = new Map(b.map((bucket) => [bucket.bucket, key(bucket)]));
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((bucket) => left.get(bucket) !== right.get(bucket))
    .sort((x, y) => x - y);
}

function equal(check: string, expected: number, actual: number): GateCheck {
  return { check, expected: String(expected), actual: String(actual), passed: expected === actual };
}

function atMost(check: string, limit: number, actual: number): GateCheck {
  return {
    check,
    expected: limit === 0 ? '0' : `at most ${limit}`,
    actual: String(actual),
    passed: actual <= limit,
  };
}

function listed(buckets: readonly number[]): string {
  return buckets.length <= 8
    ? buckets.join(', ')
    : `${buckets.slice(0, 8).join(', ')} and ${buckets.length - 8} more`;
}
