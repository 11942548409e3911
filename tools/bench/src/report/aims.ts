import { megabytes, secondsFor, times } from './table.ts';
import type { Measurement } from '../child/task.ts';

/** What the aims are judged by. */
export interface Measured {
  readonly handWritten: Measurement;
  readonly perMessage: Measurement;
  readonly reader: Measurement;
  readonly writer: Measurement;
  readonly rebuild: Measurement;
  readonly rebuildPeakBytes: number;
}

export interface Aim {
  readonly text: string;
  readonly met: boolean;
}

/** The ratios of one run, each with what it should be. A missed aim is a finding, not a failure. */
export function judgeAims(measured: Measured, events: number): Aim[] {
  const { handWritten, perMessage, reader, writer, rebuild, rebuildPeakBytes } = measured;
  const overBatches = handWritten.seconds / rebuild.seconds;
  const overMessages = secondsFor(events, perMessage) / rebuild.seconds;
  const [limit, limiting] =
    reader.seconds > writer.seconds ? [reader.seconds, 'reader'] : [writer.seconds, 'writer'];
  const overLimit = rebuild.seconds / limit;
  return [
    {
      text: `rebuild is ${times(overBatches)} as fast as hand-written batches (aim: at least 5x, wanted 6x)`,
      met: overBatches >= 5,
    },
    {
      text: `rebuild is ${times(overMessages)} as fast as one update per message (aim: at least 100x)`,
      met: overMessages >= 100,
    },
    {
      text: `rebuild takes ${times(overLimit)} the time of the ${limiting} alone, the slower one (aim: at most 1.5x)`,
      met: overLimit <= 1.5,
    },
    {
      text: `rebuild's peak memory is ${megabytes(rebuildPeakBytes)} MB (aim: below 512 MB)`,
      met: rebuildPeakBytes < 512 << 20,
    },
  ];
}
