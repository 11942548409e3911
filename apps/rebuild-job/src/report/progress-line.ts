import type { ProgressReport } from '@reprise/read-model-rebuild';
import { printable } from '@reprise/runtime';
import type { Invocation } from '../verb.ts';
import { jsonText } from './text.ts';

export interface ProgressReporter {
  readonly intervalMs: number;
  show(report: ProgressReport): void;
  notice(line: string): void;
  /** Ends the live line, if there is one. */
  finish(): void;
}

/** How progress is shown: `live` rewrites one line of a terminal, `lines` adds one, `json` adds a JSON object a line. */
export type ProgressStyle = 'live' | 'lines' | 'json';

const intervals: Record<ProgressStyle, number> = { live: 250, lines: 3_000, json: 1_000 };

/** Shows the progress of one projection on stderr. A live line is cut to the terminal: one that wrapped could not be rewritten. */
export function progressReporter(
  projection: string,
  { stderr: write, clearLine, columns }: Pick<Invocation, 'stderr' | 'clearLine' | 'columns'>,
  style: ProgressStyle,
): ProgressReporter {
  let lineOpen = false;
  const closeLine = () => {
    if (lineOpen) write('\n');
    lineOpen = false;
  };
  return {
    intervalMs: intervals[style],
    show(report) {
      if (style === 'json') return write(`${jsonText(progressAsJson(projection, report))}\n`);
      const line = printable(describeProgress(projection, report));
      if (style === 'live') clearLine();
      write(style === 'live' ? cutToWidth(line, columns?.()) : `${line}\n`);
      lineOpen = style === 'live';
    },
    notice(line) {
      closeLine();
      write(
        style === 'json'
          ? `${jsonText({ projection, notice: line })}\n`
          : `${projection}: ${printable(line)}\n`,
      );
    },
    finish: closeLine,
  };
}

/**
 * A line that stays in one row of a terminal, its last column left free for the cursor. Characters beyond Latin count as two
 * columns, which some of them take.
 */
export function cutToWidth(line: string, columns: number | undefined): string {
  if (columns === undefined || columns < 1) return line;
  const widthOf = (character: string) => (character.codePointAt(0)! > 0x2ff ? 2 : 1);
  let width = 0;
  const kept: string[] = [];
  for (const character of line) {
    width += widthOf(character);
    if (width > columns - 1) return kept.pop() === undefined ? '' : `${kept.join('')}>`;
    kept.push(character);
  }
  return line;
}

/** A report as one JSON object: positions as text, since JSON has no 64-bit integers. */
export function progressAsJson(projection: string, { slices, ...report }: ProgressReport): object {
  return {
    projection,
    at: new Date().toISOString(),
    ...report,
    partitions: slices.map(({ slice, position, end, ...rest }) => ({
      partition: slice,
      position: String(position),
      end: String(end),
      ...rest,
    })),
  };
}

/** One line: step, share read, events, rate, time left, documents, memory, and what it waits for if it stands still. */
export function describeProgress(projection: string, report: ProgressReport): string {
  const { step, percent, eventsInLog, eventsPerSecond, secondsLeft, documentsWritten, rssBytes } = report;
  const left = secondsLeft === null ? 'time left unknown' : `${secondsLeft} s left`;
  const stall = report.stall
    ? `, stands still for ${Math.round(report.stall.forMs / 1_000)} s: ${report.stall.cause}`
    : '';
  return (
    `${projection}: ${step} ${percent}% of ${eventsInLog} events, ${eventsPerSecond} events/s, ${left}, ` +
    `${documentsWritten} documents written, ${Math.round(rssBytes / 2 ** 20)} MB${stall}`
  );
}
