import type { ProgressPicture } from '@reprise/read-model-rebuild';

export interface ProgressReporter {
  readonly intervalMs: number;
  show(picture: ProgressPicture): void;
  notice(line: string): void;
  /** Ends the live line, if there is one. */
  finish(): void;
}

/** A live line on a terminal, a line every few seconds elsewhere. */
export function progressReporter(
  projection: string,
  write: (text: string) => void,
  interactive: boolean,
): ProgressReporter {
  let before: { at: number; events: number } | undefined;
  let lineOpen = false;
  const closeLine = () => {
    if (lineOpen) write('\n');
    lineOpen = false;
  };
  return {
    intervalMs: interactive ? 250 : 3000,
    show(picture) {
      const now = performance.now();
      const rate =
        before && now > before.at ? ((picture.eventsRead - before.events) / (now - before.at)) * 1000 : 0;
      before = { at: now, events: picture.eventsRead };
      const line = describeProgress(projection, picture, Math.max(0, rate), process.memoryUsage.rss());
      if (interactive) write(`\r\u001b[2K${line}`);
      else write(`${line}\n`);
      lineOpen = interactive;
    },
    notice(line) {
      closeLine();
      write(`${projection}: ${line}\n`);
    },
    finish: closeLine,
  };
}

/** One line: step, share read, events, rate, time left, documents and memory. */
export function describeProgress(
  projection: string,
  picture: ProgressPicture,
  eventsPerSecond: number,
  rssBytes: number,
): string {
  const { step, eventsRead, eventsInLog, documentsWritten } = picture;
  const percent = eventsInLog === 0 ? 100 : Math.floor((eventsRead / eventsInLog) * 100);
  const left =
    eventsPerSecond > 0
      ? `${Math.ceil((eventsInLog - eventsRead) / eventsPerSecond)} s left`
      : 'time left unknown';
  return (
    `${projection}: ${step} ${percent}% of ${eventsInLog} events, ${Math.round(eventsPerSecond)} events/s, ${left}, ` +
    `${documentsWritten} documents written, ${Math.round(rssBytes / 2 ** 20)} MB`
  );
}
