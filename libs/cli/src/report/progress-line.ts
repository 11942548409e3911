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

/**
 * Shows the progress of one projection on stderr. A live line is cut to the terminal, since one that wrapped could not be
 * rewritten, and drawn again when the terminal gets another width. Notices stand above it.
 */
export function progressReporter(
  projection: string,
  terminal: Pick<Invocation, 'stderr' | 'clearLine' | 'columns' | 'onResize'>,
  style: ProgressStyle,
): ProgressReporter {
  const { stderr: write } = terminal;
  if (style === 'json')
    return {
      intervalMs: intervals.json,
      show: (report) => write(`${jsonText(progressAsJson(projection, report))}\n`),
      notice: (line) => write(`${jsonText({ projection, notice: line })}\n`),
      finish: () => undefined,
    };
  const notice = (line: string) => write(`${projection}: ${printable(line)}\n`);
  if (style === 'live') return liveReporter(projection, terminal, notice);
  return {
    intervalMs: intervals.lines,
    show: (report) => write(`${printable(describeProgress(projection, report))}\n`),
    notice,
    finish: () => undefined,
  };
}

function liveReporter(
  projection: string,
  { stderr: write, clearLine, columns, onResize }: Parameters<typeof progressReporter>[1],
  notice: (line: string) => void,
): ProgressReporter {
  let line: string | undefined;
  const draw = () => {
    if (line === undefined) return;
    clearLine();
    write(cutToWidth(line, columns?.()));
  };
  const endResize = onResize?.(draw);
  return {
    intervalMs: intervals.live,
    show(report) {
      line = printable(describeProgress(projection, report));
      draw();
    },
    notice(text) {
      if (line !== undefined) clearLine();
      notice(text);
      draw();
    },
    finish() {
      endResize?.();
      if (line !== undefined) write('\n');
      line = undefined;
    },
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

/**
 * One line: step, share read, how long it has stood still, events, rate, time left, documents, memory. A step that reads nothing of
 * the log is named alone. Why it stands still is a separate notice.
 */
export function describeProgress(projection: string, report: ProgressReport): string {
  const { step, percent, eventsInLog, eventsPerSecond, secondsLeft, documentsWritten, rssBytes, stall } =
    report;
  if ((step !== 'build' && step !== 'replay') || eventsInLog === 0) return `${projection}: ${step}`;
  const standing = stall ? `stands still for ${Math.round(stall.forMs / 1_000)} s, ` : '';
  const left = secondsLeft === null ? 'time left unknown' : `${secondsLeft} s left`;
  return (
    `${projection}: ${step} ${percent}% of ${eventsInLog} events, ${standing}${eventsPerSecond} events/s, ${left}, ` +
    `${documentsWritten} documents written, ${Math.round(rssBytes / 2 ** 20)} MB`
  );
}
