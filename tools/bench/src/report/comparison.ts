import { describeLoad } from './machine.ts';
import { markdownTable, megabytes, seconds, times, whole } from './table.ts';

/** One line of a comparison: what was done, how much of it and in which time. */
export interface Compared {
  readonly title: string;
  readonly seconds: number;
  readonly count: number;
  /** Undefined where the process is not one of the benchmark's own. */
  readonly peakBytes?: number;
}

/** Lines as a table in Markdown, times given as multiples of the baseline's, per unit of work where the counts differ. */
export function comparisonTable(lines: readonly Compared[], baseline: Compared, unit: string): string {
  const head = ['contender', unit, 'seconds', `${unit}/s`, 'peak MB', `time / ${baseline.title}`];
  return markdownTable(
    head,
    lines.map((line) => [
      line.title,
      whole(line.count),
      seconds(line.seconds),
      whole(rateOf(line)),
      line.peakBytes === undefined ? '-' : megabytes(line.peakBytes),
      times(rateOf(baseline) / rateOf(line)),
    ]),
  );
}

/** How much was done in a second. */
export function rateOf({ count, seconds: taken }: Pick<Compared, 'count' | 'seconds'>): number {
  return count / taken;
}

/** A missed aim is a finding, not a failure. */
export function aimLine(text: string, met: boolean): string {
  return `${met ? 'met   ' : 'MISSED'}  ${text}; ${describeLoad()} at the end`;
}
