/** How much slower the console looks while nobody looks at it. */
const idleFactor = 10;

export interface Pace {
  /** Milliseconds from one look to the next while somebody follows. */
  readonly everyMs: number;
  /** How much of one processor looks may take, in percent. */
  readonly cpuPercent: number;
}

/**
 * How long to wait after a look, in milliseconds: as the pace says, and longer where a look is dear, as it is with many read models or
 * on a busy machine. So looking never takes more of a processor than it may, however much there is to look at. Pure.
 *
 * @param cpuMs processor time of the look, in milliseconds
 */
export function pauseAfter(cpuMs: number, { everyMs, cpuPercent }: Pace, isWatched: boolean): number {
  return Math.max(everyMs * (isWatched ? 1 : idleFactor), (cpuMs * (100 - cpuPercent)) / cpuPercent);
}
