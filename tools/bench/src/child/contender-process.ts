import './exit-with-parent.ts';
import { dropNegativeTimeoutWarnings } from '@reprise/runtime';
import { fillTopic } from '../contenders/fill-topic.ts';
import { handWritten } from '../contenders/hand-written.ts';
import { perMessage } from '../contenders/per-message.ts';
import { readerAlone } from '../contenders/reader-alone.ts';
import { rebuild } from '../contenders/rebuild.ts';
import { writerAlone } from '../contenders/writer-alone.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import type { ContenderName, Measurement, Task, TaskResult } from './task.ts';

/*
 * The process of one contender: takes a task from its parent, works, answers and ends. One process per contender, so that none
 * inherits another's warm code, heap or peak memory.
 */
const contenders: Readonly<Record<ContenderName, (task: Task) => Promise<Measurement>>> = {
  fill: fillTopic,
  'hand-written': handWritten,
  'per-message': perMessage,
  reader: readerAlone,
  writer: writerAlone,
  rebuild,
};

async function work(task: Task): Promise<TaskResult> {
  try {
    const measurement = await contenders[task.contender](task);
    return { ok: true, measurement, peakBytes: peakMemoryBytes() };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

dropNegativeTimeoutWarnings();
process.once('message', (task: Task) => {
  void work(task).then((result) => process.send?.(result, () => process.disconnect()));
});
