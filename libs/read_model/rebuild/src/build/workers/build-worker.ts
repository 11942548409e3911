import { parentPort, workerData } from 'node:worker_threads';
import type { WriteResult } from '@reprise/read-model-indices';
import { kafkaSource } from '../../kafka/kafka-source.ts';
import { leaveOut } from '../../left-out/leave-out.ts';
import { LeftOut } from '../../left-out/left-out.ts';
import { buildGeneration } from '../build-generation.ts';
import { BuildProgress } from '../build-progress.ts';
import { faultOf } from './faults.ts';
import type { OwnerMessage, WorkerMessage, WorkerTask } from './messages.ts';
import { loadProjection } from './shared-projection.ts';

/*
 * A thread of a build: reads, decodes and folds the slices of its task. It writes nothing itself: its documents go to the
 * owner of the build, who alone talks to the store and the registry.
 */

const owner = parentPort!;
const progressIntervalMs = 50;
const stop = new AbortController();
const calls = new Map<number, { resolve: (result: WriteResult) => void; reject: (error: Error) => void }>();
let lastCall = 0;

owner.on('message', (message: OwnerMessage) => {
  if (message.kind === 'stop') {
    stop.abort(new Error('the build was stopped'));
    return;
  }
  const call = calls.get(message.call);
  calls.delete(message.call);
  if (message.kind === 'answer') call?.resolve(message.result as WriteResult);
  else call?.reject(new Error(message.message));
});

const send = (message: WorkerMessage): void => owner.postMessage(message);

function ask(message: (call: number) => WorkerMessage): Promise<WriteResult> {
  const call = ++lastCall;
  return new Promise((resolve, reject) => {
    calls.set(call, { resolve, reject });
    send(message(call));
  });
}

async function work(task: WorkerTask): Promise<void> {
  const projection = await loadProjection(task.projection);
  const { connection, topic, leftOut = [] } = task.source;
  const whole = leaveOut(kafkaSource(connection, topic, projection.events), new LeftOut(leftOut));
  const mine = new Set(task.slices);
  const source = { ...whole, slices: whole.slices.filter(({ slice }) => mine.has(slice)) };
  const progress = new BuildProgress();
  progress.plan(source.slices);
  const reporting = setInterval(
    () => send({ kind: 'progress', picture: progress.picture() }),
    progressIntervalMs,
  );
  try {
    const { tallies, unresolved, waiting } = await buildGeneration({
      source,
      projection,
      write: (documents) => ask((call) => ({ kind: 'write', call, documents })),
      finished: new Map(),
      onSliceDone: async ({ slice }, tally) => {
        await ask((call) => ({ kind: 'slice-done', call, slice, tally }));
      },
      progress,
      memoryBytes: task.memoryBytes,
      spillDirectory: task.spillDirectory,
      groupSize: task.groupSize,
      snapshots: task.snapshots && {
        ...task.snapshots,
        onSnapshot: async (slice, mark) => {
          await ask((call) => ({ kind: 'snapshot', call, slice, mark }));
        },
        onUnusable: (slice, reason) => send({ kind: 'unusable', slice, reason }),
        onNotice: (line) => send({ kind: 'notice', line }),
      },
      signal: stop.signal,
    });
    send({ kind: 'built', tallies, unresolved, waiting, picture: progress.picture() });
  } finally {
    clearInterval(reporting);
    await source.close();
  }
}

try {
  await work(workerData as WorkerTask);
} catch (error) {
  send({ kind: 'failed', fault: faultOf(error) });
} finally {
  owner.close();
}
