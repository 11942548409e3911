import {
  classify,
  driftClasses,
  faultClasses,
  type Drift,
  type DriftClass,
  type WaitingClass,
} from './classify.ts';
import type { Difference } from './waiting.ts';

/** Counts by class, and the first documents of each. */
export class Findings {
  readonly counts = Object.fromEntries(driftClasses.map((name) => [name, 0])) as Record<DriftClass, number>;
  readonly drift: Drift[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  async take(
    differences: readonly Difference[],
    waiting: ReadonlyMap<string, WaitingClass>,
    onDrift: ((drift: readonly Drift[]) => Promise<void>) | undefined,
  ): Promise<void> {
    const found = differences.flatMap(
      ({ id, expected, actual }) => classify(id, expected, actual, waiting.get(id)) ?? [],
    );
    for (const one of found) if (++this.counts[one.class] <= this.#limit) this.drift.push(one);
    const faults = found.filter((one) => isFault(one.class));
    if (faults.length > 0) await onDrift?.(faults);
  }
}

function isFault(kind: DriftClass): boolean {
  return (faultClasses as readonly DriftClass[]).includes(kind);
}
