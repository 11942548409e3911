import type { Verdict } from '@reprise/read-model-status';
import { faultClasses, type DriftClass } from './classify.ts';

/**
 * What a comparison came to, the gravest first: the index is not as it was asked for, documents differ, readers are not served what
 * the log holds, an aggregate that was named is unknown, or none of these.
 */
export type VerifyOutcome = 'faulty-index' | 'drift' | 'behind' | 'not-verified' | 'clean';

export interface Found {
  readonly counts: Readonly<Record<DriftClass, number>>;
  readonly faults: readonly string[];
  readonly unknown: readonly string[];
  /** The judgement of what readers are served. */
  readonly freshness: Verdict;
  /** Why what waits to be published is not known; null when it is, or nobody asked. */
  readonly writeSideFault: string | null;
}

/** Whether readers lack what the log holds, beyond what a live feeder is about to write. */
export function isBehind({ counts, freshness }: Pick<Found, 'counts' | 'freshness'>): boolean {
  if (counts.behind > 0) return true;
  switch (freshness.kind) {
    case 'ok':
    case 'held-back':
    case 'complete-unfed':
      return false;
    default:
      return true;
  }
}

/** Judges what was found. Pure. */
export function outcomeOf(found: Found): VerifyOutcome {
  if (found.faults.length > 0) return 'faulty-index';
  if (faultClasses.some((name) => found.counts[name] > 0)) return 'drift';
  if (isBehind(found)) return 'behind';
  return found.unknown.length > 0 ? 'not-verified' : 'clean';
}

/** What somebody should know although nothing is wrong yet. */
export function warningsOf({
  freshness,
  writeSideFault,
}: Pick<Found, 'freshness' | 'writeSideFault'>): string[] {
  const warnings: string[] = [];
  if (freshness.kind === 'complete-unfed' || freshness.kind === 'held-back') warnings.push(freshness.text);
  if (writeSideFault !== null) warnings.push(`what waits to be published is not known: ${writeSideFault}`);
  return warnings;
}
