import { ownEventStore } from '@reprise/events';
import { projectionModule } from '@reprise/product-read-model';
import { EventStore } from '@reprise/read-model-feed';
import { createReadModelPool } from '@reprise/read-model-indices';
import {
  defaultGateLimits,
  rebuildReadModel,
  type RebuildControl,
  type Receipt,
} from '@reprise/read-model-rebuild';
import { readConfiguration } from '@reprise/runtime';
import type { Measurement, Task, Workload } from '../../child/task.ts';
import { openBenchReadModel } from './bench-store.ts';
import { startStopwatch } from '../stopwatch.ts';

/**
 * The rebuild as `rebuild-job rebuild` runs it with its defaults, from preflight to the switch of the readers: lease,
 * checkpoints, gate and receipt included. A shard that leaves the rest to another one answers without a digest.
 * @throws Error when the receipt does not prove exactly the workload's events and documents
 */
export async function rebuild(task: Task): Promise<Measurement> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const { projection, store, registry, close } = openBenchReadModel(task);
  const { topic } = task.workload;
  const eventStore =
    task.eventStoreUrl === undefined
      ? undefined
      : new EventStore({
          pool: createReadModelPool(task.eventStoreUrl),
          table: ownEventStore,
          setting: 'EVENT_STORE_DATABASE_URL',
        });
  try {
    const stopwatch = startStopwatch();
    const { receipt } = await rebuildReadModel(
      {
        projection,
        mode: 'APPLY',
        source: task.source ?? 'kafka',
        promote: true,
        resume: 'auto',
        batchSize: 200,
        workers: task.workers ?? 1,
        projectionModule,
        memoryBytes: task.memoryBytes ?? 512 << 20,
        gate: defaultGateLimits,
        shard: task.shard,
      },
      { kafka, topic, registry, store, history: undefined, eventStore },
      { signal: new AbortController().signal, ...killAt(task.killAtShare) },
    );
    const seconds = stopwatch.seconds();
    const isPart = task.shard !== undefined && receipt.outcome === 'shard-built';
    if (!isPart) assertComplete(receipt, task.workload);
    return {
      seconds,
      startedAt: stopwatch.startedAt,
      events: receipt.events.read,
      documents: documentsOf(receipt),
      ...(!isPart && { digest: receipt.digest ?? '' }),
      steps: receipt.timing.steps,
      spilledBytes: receipt.resources.spilledBytes,
    };
  } finally {
    await Promise.all([close(), eventStore?.pool.end()]);
  }
}

/** What ends this process as a crash would, at that share of the events. */
function killAt(share: number | undefined): Partial<RebuildControl> {
  if (share === undefined) return {};
  return {
    progressIntervalMs: 20,
    onProgress: ({ eventsRead, eventsInLog }) => {
      if (eventsInLog > 0 && eventsRead >= share * eventsInLog) process.kill(process.pid, 'SIGKILL');
    },
  };
}

/** Documents of the generation; a resumed rebuild finds some of them written already. */
function documentsOf({ documents: { live, tombstones } }: Receipt): number {
  return live + tombstones;
}

function assertComplete(receipt: Receipt, { events, products }: Workload): void {
  const problems = [
    receipt.outcome !== 'promoted' && `the outcome is "${receipt.outcome}": ${receipt.message}`,
    receipt.gate.length === 0 && 'the gate did not run',
    ...receipt.gate.map(
      ({ check, expected, actual, passed }) => !passed && `${check}: ${actual}, not ${expected}`,
    ),
    receipt.events.applied !== events && `${receipt.events.applied} of ${events} events were applied`,
    documentsOf(receipt) !== products &&
      `the generation holds ${documentsOf(receipt)} of ${products} documents`,
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) throw new Error(problems.join('; '));
}
