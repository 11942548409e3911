import './exit-with-parent.ts';
import { dropNegativeTimeoutWarnings } from '@reprise/runtime';
import { peakMemoryBytes } from './peak-memory.ts';
import type { ChildMessage, ContenderName, Measurement, Task, TaskResult } from './task.ts';

/*
 * The process of one contender: takes a task from its parent, works, answers and ends. One process per contender, so that none
 * inherits another's warm code, heap or peak memory; it loads that contender's code and no other's.
 */
type Contender = (task: Task) => Promise<Measurement>;
const load: Readonly<Record<ContenderName, () => Promise<Contender>>> = {
  fill: async () => (await import('../contenders/workload/fill-topic.ts')).fillTopic,
  'fill-store': async () => (await import('../contenders/workload/fill-store.ts')).fillStore,
  fold: async () => (await import('../contenders/workload/fold.ts')).fold,
  'hand-written': async () => (await import('../contenders/by-hand/hand-written.ts')).handWritten,
  'per-message': async () => (await import('../contenders/by-hand/per-message.ts')).perMessage,
  reader: async () => (await import('../contenders/limits/reader-alone.ts')).readerAlone,
  'store-reader': async () => (await import('../contenders/limits/store-reader.ts')).storeReader,
  writer: async () => (await import('../contenders/limits/writer-alone.ts')).writerAlone,
  rebuild: async () => (await import('../contenders/measured/rebuild.ts')).rebuild,
  verify: async () => (await import('../contenders/measured/verify.ts')).verify,
  'index-scan': async () => (await import('../contenders/limits/index-scan.ts')).indexScan,
  producer: async () => (await import('../contenders/limits/producer.ts')).producer,
  'bare-insert': async () => (await import('../contenders/limits/bare-insert.ts')).bareInsert,
  'api-writer': async () => (await import('../contenders/measured/api-writer.ts')).apiWriter,
};

async function work(contender: Contender, task: Task): Promise<TaskResult> {
  try {
    return { ok: true, measurement: await contender(task), peakBytes: peakMemoryBytes() };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const send = (message: ChildMessage, sent = (): void => undefined): void =>
  void process.send?.(message, sent);

dropNegativeTimeoutWarnings();
// Waiting for the task is work, also where whatever started the benchmark has its processes not wait for their parents.
process.channel?.ref();
const contender = await load[process.argv[2] as ContenderName]();
process.once('message', (task: Task) => {
  void work(contender, task).then((result) => send({ ready: false, result }, () => process.disconnect()));
});
send({ ready: true });
