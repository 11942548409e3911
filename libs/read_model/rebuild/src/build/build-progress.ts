import type { LogSlice } from '@reprise/events';

export interface SliceProgress {
  readonly slice: number;
  readonly position: bigint;
  readonly end: bigint;
  /** Read, written and acknowledged. */
  readonly done: boolean;
}

/** A picture of a build at one moment; positions are next offsets to read. */
export interface ProgressPicture {
  readonly step: string;
  readonly slices: readonly SliceProgress[];
  readonly eventsRead: number;
  readonly eventsInLog: number;
  readonly documentsWritten: number;
  readonly spilledBytes: number;
}

/** What a build has done so far, written by the build and read by its reporter. */
export class BuildProgress {
  step = 'preflight';
  readonly #onBegun: ((slice: LogSlice) => void) | undefined;
  documentsWritten = 0;
  spilledBytes = 0;
  readonly #slices = new Map<number, { start: bigint; position: bigint; end: bigint; done: boolean }>();

  /** @param onBegun called when a slice begins to be read, and perhaps again */
  constructor(onBegun?: (slice: LogSlice) => void) {
    this.#onBegun = onBegun;
  }

  plan(slices: readonly LogSlice[]): void {
    for (const { slice, start, end } of slices)
      this.#slices.set(slice, { start, position: start, end, done: start >= end });
  }

  begin(slice: LogSlice): void {
    this.#onBegun?.(slice);
  }

  move(slice: number, position: bigint): void {
    const at = this.#slices.get(slice);
    if (!at) return;
    // What a thread reads is begun where its first report is heard.
    if (at.position === at.start && position > at.start) this.begin({ slice, start: at.start, end: at.end });
    at.position = position;
  }

  finish(slice: number): void {
    const at = this.#slices.get(slice);
    if (!at) return;
    at.position = at.end;
    at.done = true;
  }

  picture(): ProgressPicture {
    let read = 0n;
    let inLog = 0n;
    for (const { start, position, end } of this.#slices.values()) {
      read += position - start;
      inLog += end - start;
    }
    return {
      step: this.step,
      slices: [...this.#slices].map(([slice, { position, end, done }]) => ({ slice, position, end, done })),
      eventsRead: Number(read),
      eventsInLog: Number(inLog),
      documentsWritten: this.documentsWritten,
      spilledBytes: this.spilledBytes,
    };
  }
}
