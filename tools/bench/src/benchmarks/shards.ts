import type { Answer } from '../child/task.ts';
import type { BenchOptions } from '../options.ts';
import { comparisonTable, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { seconds, times } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

type ShardOptions = Pick<BenchOptions, 'events' | 'products' | 'partitions' | 'shards'>;

/**
 * Builds the same log by one process and by several that share one generation, and compares times and digests.
 * @throws Error when not exactly one of the processes finishes the generation, or its digest is another
 */
export function benchmarkShards(options: ShardOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    await warmUp(options, run);
    run.print(`${log.topic}\n${describeMachine()} before the first rebuild\n`);

    const single = await session.run('rebuild', log, '_single');
    run.progress(`one process: ${seconds(single.measurement.seconds)} s (${describeLoad()})`);
    await session.deleteIndices();
    const each = Array.from({ length: options.shards }, (_, index) => ({
      shard: { index, of: options.shards },
    }));
    const parts = await session.runTogether('rebuild', log, '_shards', each);
    assertSameDigest(single, parts);

    const whole: Compared = {
      title: 'one process',
      seconds: single.measurement.seconds,
      count: log.events,
      peakBytes: single.peakBytes,
    };
    const together: Compared = {
      title: `${options.shards} shard processes`,
      seconds: elapsed(parts),
      count: log.events,
      peakBytes: Math.max(...parts.map(({ peakBytes }) => peakBytes)),
    };
    run.print(comparisonTable([whole, together], whole, 'events'));
    run.print('');
    run.print(
      `The shards take ${times(together.seconds / whole.seconds)} the time of one process; peak MB is that of the largest one.`,
    );
    run.print(`checked gate passed, readers switched, equal digests; ${describeLoad()} at the end`);
  });
}

/** From the moment the first one began to the one when the last one was done. */
function elapsed(parts: readonly Answer[]): number {
  const begun = parts.map(({ measurement: { startedAt = 0 } }) => startedAt);
  const ended = parts.map(({ measurement }, index) => begun[index]! + 1000 * measurement.seconds);
  return (Math.max(...ended) - Math.min(...begun)) / 1000;
}

function assertSameDigest(single: Answer, parts: readonly Answer[]): void {
  const finished = parts.flatMap(({ measurement: { digest } }) => (digest === undefined ? [] : [digest]));
  if (finished.length !== 1)
    throw new Error(`${finished.length} of the shards finished the generation, not one of them.`);
  if (finished[0] !== single.measurement.digest)
    throw new Error(
      `The shards built another digest: ${finished[0]}, not ${single.measurement.digest} as one process did.`,
    );
}
