import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FoldEntry } from '@reprise/read-model-projections';
import type { DocumentToWrite, WriteResult } from '@reprise/read-model-indices';
import type { SourceDescription } from '../../log/described-source.ts';
import { RebuildError } from '../../errors.ts';
import type { BuildResult } from '../build-generation.ts';
import type { BuildInput } from '../build-input.ts';
import type { ProgressPicture } from '../build-progress.ts';
import type { SliceMark } from '../slice-snapshot.ts';
import type { SliceTally } from '../../fold/slice-tally.ts';
import { errorOf } from './faults.ts';
import type { OwnerMessage, WorkerMessage, WorkerTask } from './messages.ts';
import { loadProjection, type SharedProjection } from './shared-projection.ts';

// The compiled program has the thread's file under its compiled name.
const program = new URL(
  import.meta.url.endsWith('.ts') ? './build-worker.ts' : './build-worker.js',
  import.meta.url,
);

/**
 * Builds as `buildGeneration` does, with the slices dealt out to threads that read, decode and fold. This thread keeps the
 * store and the registry to itself: it writes what they hand over and takes note of the slices they finish.
 *
 * @throws whatever the first failing thread, `write` or `onSliceDone` throw; all threads have ended by then
 */
export async function buildWithWorkers(
  input: BuildInput,
  description: SourceDescription,
  workers: number,
): Promise<BuildResult> {
  const projection = await sharedProjection(input);
  const tallies = new Map(input.finished);
  const unresolved: FoldEntry[] = [];
  const waiting = new Set<number>();
  const open = input.source.slices.filter(({ slice }) => !tallies.has(slice));
  for (const { slice } of input.source.slices) if (tallies.has(slice)) input.progress.finish(slice);
  const hands = dealOut(open, workers);
  const failed = new AbortController();
  const signal = AbortSignal.any([input.signal, failed.signal]);
  const running = hands.map((slices, number) =>
    runWorker(
      input,
      {
        source: description,
        slices,
        projection,
        memoryBytes: input.memoryBytes / hands.length,
        spillDirectory: join(input.spillDirectory, `worker-${number}`),
        groupSize: input.groupSize,
        snapshots: snapshotsOf(input),
      },
      signal,
    ).then(
      (built) => {
        for (const [slice, tally] of built.tallies) tallies.set(slice, tally);
        for (const entry of built.unresolved) unresolved.push(entry);
        for (const slice of built.waiting) waiting.add(slice);
      },
      (error: unknown) => failed.abort(error),
    ),
  );
  await Promise.all(running);
  signal.throwIfAborted();
  return { tallies, unresolved, waiting };
}

/**
 * The projection as a thread can find it. It is looked up here first, so that no thread starts when its module does not export it.
 */
async function sharedProjection({ projection, projectionModule }: BuildInput): Promise<SharedProjection> {
  const { name, evolve } = projection;
  if (projectionModule !== undefined) {
    const shared = { module: projectionModule, name };
    const found = await loadProjection(shared).catch(() => undefined);
    if (found?.evolve === evolve) return shared;
  }
  throw new RebuildError(
    'USAGE',
    `Worker threads cannot find the projection ${name}: ${projectionModule ?? 'no module'} exports it. Nothing was switched. ` +
      'Name the module that does, or rebuild with one worker.',
  );
}

/** Deals the slices out, the longest first, each to the hand that has least, so that all end at about the same time. */
export function dealOut(
  slices: readonly { readonly slice: number; readonly start: bigint; readonly end: bigint }[],
  hands: number,
): number[][] {
  const dealt = Array.from({ length: Math.min(hands, slices.length) }, () => ({
    records: 0n,
    slices: [] as number[],
  }));
  const longestFirst = slices.toSorted((a, b) => Number(b.end - b.start - (a.end - a.start)));
  for (const { slice, start, end } of longestFirst) {
    const least = dealt.reduce((a, b) => (b.records < a.records ? b : a));
    least.records += end - start;
    least.slices.push(slice);
  }
  return dealt.map((hand) => hand.slices);
}

type Built = Extract<WorkerMessage, { kind: 'built' }>;

/** Runs one thread to its end and serves what it asks for meanwhile. */
function runWorker(input: BuildInput, task: WorkerTask, signal: AbortSignal): Promise<Built> {
  const worker = new Worker(program, { workerData: task });
  const send = (message: OwnerMessage): void => worker.postMessage(message);
  const stop = (): void => send({ kind: 'stop' });
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const serving = new Set<Promise<void>>();
  let spilledBytes = 0;

  return new Promise((resolve, reject) => {
    let built: Built | undefined;
    let cause: Error | undefined;
    const serve = (call: number, work: Promise<WriteResult | undefined>): void => {
      const served = work
        .then(
          (result) => send({ kind: 'answer', call, result }),
          (error: unknown) => {
            cause ??= error instanceof Error ? error : new Error(String(error));
            send({ kind: 'refusal', call, message: cause.message });
          },
        )
        .finally(() => serving.delete(served));
      serving.add(served);
    };
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'write':
          serve(message.call, writeFor(input, message.documents));
          return;
        case 'slice-done':
          serve(message.call, sliceDone(input, message.slice, message.tally));
          return;
        case 'snapshot':
          serve(message.call, snapshotTaken(input, message.slice, message.mark));
          return;
        case 'unusable':
          input.snapshots?.onUnusable(message.slice, message.reason);
          return;
        case 'notice':
          input.snapshots?.onNotice(message.line);
          return;
        case 'progress':
          showProgress(input, message.picture);
          input.progress.spilledBytes += message.picture.spilledBytes - spilledBytes;
          spilledBytes = message.picture.spilledBytes;
          return;
        case 'built':
          built = message;
          showProgress(input, message.picture);
          return;
        case 'failed':
          cause ??= errorOf(message.fault);
      }
    });
    worker.on('error', (error: Error) => (cause ??= error));
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      void Promise.all(serving).then(() => {
        if (built) resolve(built);
        else reject(cause ?? new Error(`a thread of the build ended without a result (exit ${code})`));
      });
    });
  });
}

async function writeFor(input: BuildInput, documents: readonly DocumentToWrite[]): Promise<WriteResult> {
  const result = await input.write(documents);
  input.progress.documentsWritten += documents.length;
  return result;
}

async function sliceDone(input: BuildInput, number: number, tally: SliceTally): Promise<undefined> {
  const slice = input.source.slices.find((known) => known.slice === number)!;
  await input.onSliceDone(slice, tally);
  return undefined;
}

async function snapshotTaken(input: BuildInput, slice: number, mark: SliceMark): Promise<undefined> {
  await input.snapshots?.onSnapshot(slice, mark);
  return undefined;
}

/** The part of the settings that can pass between threads. */
function snapshotsOf({ snapshots }: BuildInput): WorkerTask['snapshots'] {
  if (!snapshots) return undefined;
  const { generation, directory, every, marks } = snapshots;
  return { generation, directory, every, marks };
}

function showProgress({ progress }: BuildInput, { slices }: ProgressPicture): void {
  for (const { slice, position, done } of slices) {
    if (done) progress.finish(slice);
    else progress.move(slice, position);
  }
}
