import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** What happened when, as JSON lines in a file that is kept. */
export interface History {
  readonly file: string;
  add(what: string, details?: Readonly<Record<string, unknown>>): void;
  close(): Promise<void>;
}

/** Opens a new, empty file. Times are milliseconds since then. */
export function openHistory(file: string): History {
  mkdirSync(dirname(file), { recursive: true });
  const stream = createWriteStream(file);
  const begun = performance.now();
  return {
    file,
    add: (what, details = {}) =>
      void stream.write(
        `${JSON.stringify({ ms: Math.round(performance.now() - begun), what, ...details })}\n`,
      ),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
