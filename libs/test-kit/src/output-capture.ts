import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** A line a process wrote. `json` is there when the line is a JSON object, as every log line is. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  readonly json?: Readonly<Record<string, unknown>>;
}

/** Collects what a process writes, line by line, and notifies those who wait for a line. */
export class OutputCapture {
  readonly lines: OutputLine[] = [];
  readonly #waiting = new Set<() => void>();

  read(stream: OutputLine['stream'], source: Readable): void {
    createInterface({ input: source }).on('line', (text) => {
      const json = parseObject(text);
      this.lines.push({ stream, text, ...(json && { json }) });
      this.wake();
    });
  }

  /** Makes everyone who waits look again. */
  wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  /**
   * Resolves to the first value `look` finds, now or after any later line.
   * @throws Error when `look` throws or the time is over
   */
  until<T>(look: () => T | undefined, timeoutMs: number, waitedFor: string): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(attempt);
        settle();
      };
      const attempt = (): void => {
        try {
          const value = look();
          if (value !== undefined) finish(() => resolve(value));
        } catch (error) {
          finish(() => reject(error as Error));
        }
      };
      const timer = setTimeout(
        () =>
          finish(() =>
            reject(new Error(`${waitedFor} did not appear within ${timeoutMs} ms.\n${this.tail()}`)),
          ),
        timeoutMs,
      );
      this.#waiting.add(attempt);
      attempt();
    });
  }

  /** The last lines, for an error message. */
  tail(count = 30): string {
    return `Last output:\n${this.lines
      .slice(-count)
      .map((line) => `  ${line.stream}: ${line.text}`)
      .join('\n')}`;
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
