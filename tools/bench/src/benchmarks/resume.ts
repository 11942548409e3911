import { ContenderFailed } from '../child/run-in-child.ts';
import type { Answer, Workload } from '../child/task.ts';
import { rebuildTask, type BenchOptions, type LogOptions, type RebuildResources } from '../options.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { percentile } from '../report/percentiles.ts';
import { markdownTable, megabytes, seconds, times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun, type Session } from '../session.ts';

type ResumeOptions = LogOptions & RebuildResources & Pick<BenchOptions, 'rounds'>;

/** A whole rebuild, and one that resumed where another was killed. */
interface Round {
  readonly fresh: Answer;
  readonly resumed: Answer;
}

/** Share of the events that a rebuild has read when it is killed. */
const killAtShare = 0.5;

/**
 * Rebuilds a log, kills another rebuild of it in the middle, and measures the one that resumes from there. Repeats this several
 * times, because a single cold process varies by more than the answer may.
 * @throws Error when a resumed rebuild does not end with the digest of the whole one
 */
export function benchmarkResume(options: ResumeOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    await warmUp(options, run);
    run.print(`${log.topic}\n${describeMachine()} before the first rebuild, ${options.workers} worker(s)\n`);
    const rounds: Round[] = [];
    while (rounds.length < options.rounds) {
      const round = await measureRound(session, log, options, rounds.length);
      rounds.push(round);
      const { fresh, resumed } = round;
      run.progress(
        `whole ${seconds(fresh.measurement.seconds)} s, resumed ${seconds(resumed.measurement.seconds)} s: ${times(shareOf(round))} (${describeLoad()})`,
      );
    }
    const fresh = rounds.map((round) => round.fresh);
    const resumed = rounds.map((round) => round.resumed);
    const reference = medianSeconds(fresh);
    run.print(
      markdownTable(
        ['rebuild', 'median s', 'from', 'to', 'peak MB', 'time / whole'],
        [
          line('whole rebuild', fresh, reference),
          line(`resumed after SIGKILL at ${whole(killAtShare * 100)} %`, resumed, reference),
        ],
      ),
    );
    const each = rounds.map((round) => times(shareOf(round)));
    run.print(
      `aim: below 0.60x; round by round ${each.join(', ')}; digests are equal; ${describeLoad()} at the end`,
    );
  });
}

async function measureRound(
  session: Session,
  log: Workload,
  options: ResumeOptions,
  number: number,
): Promise<Round> {
  const fresh = await session.run('rebuild', log, `_whole_${number}`, rebuildTask(options));
  await session.deleteIndices();
  const name = `_resumed_${number}`;
  await killed(() => session.run('rebuild', log, name, { ...rebuildTask(options), killAtShare }));
  const resumed = await session.run('rebuild', log, name, rebuildTask(options));
  await session.deleteIndices();
  if (resumed.measurement.digest !== fresh.measurement.digest)
    throw new Error(
      `The resumed rebuild has another digest: ${resumed.measurement.digest}, not ${fresh.measurement.digest}.`,
    );
  return { fresh, resumed };
}

/** What resuming took of a whole rebuild's time. */
const shareOf = ({ fresh, resumed }: Round): number =>
  resumed.measurement.seconds / fresh.measurement.seconds;
const secondsOf = (answers: readonly Answer[]): number[] =>
  answers.map(({ measurement }) => measurement.seconds);
const medianSeconds = (answers: readonly Answer[]): number => percentile(secondsOf(answers), 0.5);

function line(title: string, answers: readonly Answer[], reference: number): string[] {
  const all = secondsOf(answers);
  return [
    title,
    seconds(medianSeconds(answers)),
    seconds(Math.min(...all)),
    seconds(Math.max(...all)),
    megabytes(Math.max(...answers.map(({ peakBytes }) => peakBytes))),
    times(medianSeconds(answers) / reference),
  ];
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
