import type { ProgressPicture, SliceProgress } from '../build/build-progress.ts';

/** A picture of a run with what follows from the ones before it. */
export interface ProgressReport extends ProgressPicture {
  /** Of the run in the registry; null where the registry has none: of a dry run, or a part of the log. */
  readonly runId: string | null;
  readonly slices: readonly MeasuredSlice[];
  /** Share of the log that was read, 0 to 100, rounded down. */
  readonly percent: number;
  /** Over the last seconds. */
  readonly eventsPerSecond: number;
  /** Until the log is read at that rate; null while nothing moves. */
  readonly secondsLeft: number | null;
  /** Resident memory of this process, bytes. */
  readonly rssBytes: number;
  /** Milliseconds since anything moved, whatever the step. */
  readonly stillMs: number;
  /** Given when nothing has moved for a while. */
  readonly stall: Stall | null;
}

/** What a meter knows of a run. */
export type MeasuredPicture = Omit<ProgressReport, 'runId'>;

export interface MeasuredSlice extends SliceProgress {
  readonly eventsPerSecond: number;
}

export interface Stall {
  readonly forMs: number;
  /** What a server was last heard to fail with, or that none was. */
  readonly cause: string;
}

export interface MeterSurroundings {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly rssBytes: () => number;
  /** What a server was last heard to fail with, and has not got over as far as known. */
  readonly latestFault: () => string | undefined;
}

/** Rates are taken over so long. */
const windowMs = 10_000;
/** A read step without any movement for so long stands still. */
const stallAfterMs = 5_000;

/**
 * Turns pictures of a run into reports: rates over the last seconds, the time left, and whether and why it stands still.
 * One meter per run; called about once a second.
 */
export class ProgressMeter {
  readonly #surroundings: MeterSurroundings;
  #samples: { readonly at: number; readonly picture: ProgressPicture }[] = [];
  #movedAt: number;

  constructor(surroundings: MeterSurroundings) {
    this.#surroundings = surroundings;
    this.#movedAt = surroundings.now();
  }

  measure(picture: ProgressPicture): MeasuredPicture {
    const at = this.#surroundings.now();
    const before = this.#samples.at(-1);
    if (!before || hasMoved(before.picture, picture)) this.#movedAt = at;
    // Another step begins another story: rates across its beginning would say nothing.
    if (before && before.picture.step !== picture.step) this.#samples = [];
    this.#samples.push({ at, picture });
    while (this.#samples.length > 2 && this.#samples[1]!.at <= at - windowMs) this.#samples.shift();
    const first = this.#samples[0]!;
    const perSecond = (now: number, then: number) =>
      at > first.at ? Math.max(0, ((now - then) / (at - first.at)) * 1_000) : 0;
    const eventsPerSecond = perSecond(picture.eventsRead, first.picture.eventsRead);
    const left = picture.eventsInLog - picture.eventsRead;
    return {
      ...picture,
      slices: picture.slices.map((slice) => {
        const then = first.picture.slices.find((other) => other.slice === slice.slice);
        const rate = perSecond(Number(slice.position), Number(then?.position ?? slice.position));
        return { ...slice, eventsPerSecond: Math.round(rate) };
      }),
      percent: picture.eventsInLog === 0 ? 100 : Math.floor((picture.eventsRead / picture.eventsInLog) * 100),
      eventsPerSecond: Math.round(eventsPerSecond),
      secondsLeft: left === 0 ? 0 : eventsPerSecond > 0 ? Math.ceil(left / eventsPerSecond) : null,
      rssBytes: this.#surroundings.rssBytes(),
      stillMs: Math.round(at - this.#movedAt),
      stall: this.#stall(at, picture),
    };
  }

  #stall(at: number, { step }: ProgressPicture): Stall | null {
    const forMs = Math.round(at - this.#movedAt);
    if (forMs < stallAfterMs || (step !== 'build' && step !== 'replay')) return null;
    return { forMs, cause: this.#surroundings.latestFault() ?? 'no server has reported a fault' };
  }
}

function hasMoved(before: ProgressPicture, now: ProgressPicture): boolean {
  return (
    before.step !== now.step ||
    before.eventsRead !== now.eventsRead ||
    before.documentsWritten !== now.documentsWritten ||
    before.spilledBytes !== now.spilledBytes
  );
}
