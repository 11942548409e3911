import type { Measurement } from '../child/task.ts';

/** One contender's line. */
export interface Row {
  readonly title: string;
  readonly measurement: Measurement;
  readonly peakBytes: number;
}

/** What a contender would need for the whole workload at the pace that was measured. */
export function secondsFor(events: number, { seconds, events: measured }: Measurement): number {
  return measured > 0 && measured < events ? (seconds * events) / measured : seconds;
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
export const seconds = (value: number): string => (value >= 100 ? whole(value) : value.toFixed(1));
export const times = (value: number): string => `${value.toFixed(value >= 100 ? 0 : 2)}x`;
export const megabytes = (bytes: number): string => whole(bytes / 2 ** 20);

/**
 * The contenders as a table in Markdown, times given as multiples of `reference` seconds. A contender that was measured on a
 * part of the events is extrapolated to all of them, and says so: `~` and how many were measured.
 */
export function contenderTable(
  rows: readonly Row[],
  workload: { readonly events: number },
  reference: number,
): string {
  const head = ['contender', 'seconds', 'events/s', 'documents/s', 'peak MB', 'time / rebuild'];
  const lines = rows.map(({ title, measurement, peakBytes }) => {
    const { seconds: measured, events, documents } = measurement;
    const total = secondsFor(workload.events, measurement);
    const extrapolated = total !== measured;
    return [
      extrapolated ? `${title}, first ${whole(events)}` : title,
      `${extrapolated ? '~' : ''}${seconds(total)}`,
      events > 0 ? whole(events / measured) : '-',
      documents === undefined ? '-' : whole(documents / measured),
      megabytes(peakBytes),
      times(total / reference),
    ];
  });
  return markdownTable(head, lines);
}

/** A table that reads well as plain text too: the first column to the left, figures to the right. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(head), rule, ...lines.map(line)].join('\n');
}
