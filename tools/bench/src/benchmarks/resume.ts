import { ContenderFailed } from '../child/run-in-child.ts';
import { rebuildTask, type LogOptions, type RebuildResources } from '../options.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { markdownTable, megabytes, seconds, times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

/** Share of the events that the first rebuild has read when it is killed. */
const killAtShare = 0.5;

/**
 * Rebuilds a log, kills another rebuild of it in the middle, and measures the one that goes on from there.
 * @throws Error when the resumed rebuild does not end with the digest of the whole one
 */
export function benchmarkResume(options: LogOptions & RebuildResources, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    await warmUp(options, run);
    run.print(`${log.topic}\n${describeMachine()} before the first rebuild, ${options.workers} worker(s)\n`);

    const fresh = await session.run('rebuild', log, '_whole', rebuildTask(options));
    run.progress(`whole: ${seconds(fresh.measurement.seconds)} s (${describeLoad()})`);
    await session.deleteIndices();
    await killed(() => session.run('rebuild', log, '_resumed', { ...rebuildTask(options), killAtShare }));
    const resumed = await session.run('rebuild', log, '_resumed', rebuildTask(options));
    if (resumed.measurement.digest !== fresh.measurement.digest)
      throw new Error(
        `The resumed rebuild has another digest: ${resumed.measurement.digest}, not ${fresh.measurement.digest}.`,
      );

    const line = (title: string, { measurement, peakBytes }: typeof fresh) => [
      title,
      seconds(measurement.seconds),
      megabytes(peakBytes),
      times(measurement.seconds / fresh.measurement.seconds),
    ];
    const lines = [
      line('whole rebuild', fresh),
      line(`resumed after SIGKILL at ${whole(killAtShare * 100)} %`, resumed),
    ];
    run.print(markdownTable(['rebuild', 'seconds', 'peak MB', 'time / whole'], lines));
    run.print(`aim: below 0.60x; digests are equal; ${describeLoad()} at the end`);
  });
}

/** @throws Error when the rebuild was over before it could be killed, and whatever else made it fail */
async function killed(rebuild: () => Promise<unknown>): Promise<void> {
  try {
    await rebuild();
  } catch (error) {
    if (error instanceof ContenderFailed && error.killedBy === 'SIGKILL') return;
    throw error;
  }
  throw new Error('The rebuild ended before it could be killed: give it more events.');
}
