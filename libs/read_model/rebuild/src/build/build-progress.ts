import type { LogSlice } from '../log/log-source.ts';

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
  documentsWritten = 0;
  spilledBytes = 0;
  readonly #slices = new Map<number, { start: bigint; position: bigint; end: bigint; done: boolean }>();

  plan(slices: readonly LogSlice[]): void {
    for (const { slice, start, end } of slices)
      this.#slices.set(slice, { start, position: start, end, done: start >= end });
  }

  move(slice: number, position: bigint): void {
    const at = this.#slices.get(slice);
    if (at) at.position = position;
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
