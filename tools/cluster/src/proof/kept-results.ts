import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PodFigures } from './figures.ts';
import type { Result } from './report.ts';

/** What a run has seen until now. */
export interface Seen {
  readonly results: readonly Result[];
  readonly figures: readonly (readonly [string, PodFigures])[];
}

/** Writes down what was seen, so that a run that begins in the middle can continue it. */
export function keepResults(file: string, seen: Seen): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(seen));
}

/**
 * What the run before saw in the steps that this one leaves out.
 * @param steps their names
 * @throws Error where one of them is missing or failed
 */
export function resultsBefore(file: string, steps: readonly string[]): Seen {
  const { results, figures } = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Seen)
    : { results: [], figures: [] };
  const kept = results.filter(({ name, passed }) => passed && steps.includes(name));
  const missing = steps.filter((name) => !kept.some((result) => result.name === name));
  if (missing.length > 0) throw new Error(`These steps have not passed before: ${missing.join(', ')}`);
  return { results: kept, figures };
}
