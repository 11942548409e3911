import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogSource } from '@reprise/events';
import { productEvents } from '@reprise/product-events';
import type { Projection } from '@reprise/read-model-projections';
import { LogInMemory } from '@reprise/testing';
import { productSearch } from '@reprise/product-read-model';
import { productHistory, step } from '@reprise/product-events/testing';
import type { BuildInput } from '../build/build-input.ts';
import { BuildProgress } from '../build/build-progress.ts';
import type { SliceMark } from '../build/slice-snapshot.ts';

const projection = productSearch as unknown as Projection;
const generation = 'a generation';
export const slice = { slice: 0, start: 0n, end: 90n };
let directory: string | undefined;
let run = 0;

/** Removes what all attempts have left on the disk. */
export function removeAttempts(): void {
  if (directory) rmSync(directory, { recursive: true, force: true });
}

/** Thirty products of three events; one event of every tenth comes too early, and two records are not events. */
function records(): { value: string; key: string }[] {
  const lives = Array.from({ length: 30 }, (_, index) => {
    const [first, second, third] = productHistory({
      id: `p-${index}`,
      events: [step.created(), step.published(), step.stockAdjusted(index + 1)],
    });
    return index % 10 === 0 ? [first!, third!, second!] : [first!, second!, third!];
  });
  const all = [0, 1, 2].flatMap((at) =>
    lives.map((life) => ({ value: productEvents.encode(life[at]!), key: life[at]!.subject })),
  );
  all[40] = { value: 'no JSON', key: 'p-10' };
  return all;
}

/** The log, `pageSize` records at a time; it fails once when it has handed out `failAfter` of them. */
export function source(pageSize: number, failAfter = Infinity): LogSource {
  const log = new LogInMemory(productEvents, { batchSize: pageSize });
  log.append(records());
  const whole = log.open();
  return {
    ...whole,
    // Whatever slice is asked for, it is the only one.
    async *read(asked, from, signal) {
      for await (const batch of whole.read({ ...asked, slice: slice.slice }, from, signal)) {
        if (batch.positionOf(0) >= failAfter) throw new Error('the broker is gone');
        yield batch;
      }
    },
  };
}

/** An attempt to read the slice, and what it reported. */
export interface Attempt {
  readonly marks: SliceMark[];
  readonly unusable: string[];
  readonly directory: string;
  readonly input: BuildInput;
}

/** @param mark of the snapshot it resumes from */
export function attempt(
  log: LogSource,
  memoryBytes: number,
  mark?: SliceMark,
  everyEvents = 1_000_000,
): Attempt {
  const marks: SliceMark[] = [];
  const unusable: string[] = [];
  directory ??= mkdtempSync(join(tmpdir(), 'half-read-slice-'));
  const own = join(directory, String(run++));
  const input: BuildInput = {
    source: log,
    projection,
    write: () => Promise.reject(new Error('nothing is written here')),
    finished: new Map(),
    onSliceDone: () => Promise.resolve(),
    progress: new BuildProgress(),
    memoryBytes,
    spillDirectory: own,
    snapshots: {
      generation,
      directory: own,
      every: { events: everyEvents, ms: 1_000_000 },
      marks: new Map(mark && [[0, mark]]),
      onSnapshot: (_, taken) => Promise.resolve(void marks.push(taken)),
      onUnusable: (_, reason) => void unusable.push(reason),
      onNotice: (line) => void unusable.push(line),
    },
    groupSize: 5,
    signal: new AbortController().signal,
  };
  return { marks, unusable, directory: own, input };
}
