import type { BenchOptions, LogOptions } from '../options.ts';
import { adopted, catchUp } from '../live/catch-up.ts';
import { follow } from '../live/followers.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { percentile } from '../report/percentiles.ts';
import { whole } from '../report/table.ts';
import { cpuSeconds } from '../servers/cpu-seconds.ts';
import { lookUntil } from '../servers/look-until.ts';
import { openPipeline } from '../servers/pipeline.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';
import { inTurns } from './turns.ts';

type ConsoleOptions = LogOptions & Pick<BenchOptions, 'rounds' | 'looks'>;

const browsers = 3;
/** How much of its pace the live feed may lose, in percent. */
const mostLost = 2;

/**
 * Has the live consumer catch up from a backlog, in turns beside a console that three browsers follow and without a console. The console
 * is open for a while before: what it takes to start and to compile its code, it takes once.
 * @throws Error when a browser is not sent what changed
 */
export async function benchmarkConsole(options: ConsoleOptions, run: BenchmarkRun): Promise<void> {
  const log = workloadOf(options);
  await inSession(run, (session) => session.fill(log));
  await warmUp(options, run);
  run.print(`${log.topic}\n${describeMachine()} before the first turn\n`);
  const events: number[] = [];
  const costs: { readonly looks: number; readonly cpu: number }[] = [];

  /** One catch-up, on databases and an index that nothing else uses. @returns seconds */
  const measured = async (isWatched: boolean): Promise<number> => {
    let seconds = 0;
    await inSession(run, async (session) => {
      const pipeline = await openPipeline(session, { ...options, topic: log.topic });
      const console = isWatched ? await pipeline.start('console', { CONSOLE_PORT: '0' }) : undefined;
      const followers = console && (await follow(console.origin, browsers));
      if (followers)
        await lookUntil({
          until: `the console has looked ${options.looks} times`,
          look: async () => followers.looks(),
          done: (looks) => looks >= options.looks,
          signal: pipeline.signal,
          everyMs: 100,
        });
      const before = followers?.sent() ?? [];
      const cost = async () => ({ looks: followers!.looks(), cpu: await cpuSeconds(console!.origin) });
      const [costBefore] = console ? [await cost()] : [];
      const [fed, { app }] = await Promise.all([
        catchUp(pipeline, log.events),
        pipeline.start('projection-consumer'),
      ]);
      if (costBefore) {
        const { looks, cpu } = await cost();
        costs.push({ looks: looks - costBefore.looks, cpu: cpu - costBefore.cpu });
      }
      if (followers) {
        const sent = () => followers.sent().map((count, index) => count - before[index]!);
        // A short catch-up can fall between two looks of the console.
        await lookUntil({
          until: 'every browser was sent what changed',
          look: async () => Math.min(...sent()),
          done: (least) => least > 0,
          signal: pipeline.signal,
          everyMs: 100,
        });
        events.push(...sent());
        await followers.stop();
      }
      await adopted(pipeline);
      await Promise.all([app.stop(), console?.app.stop()]);
      run.progress(
        `${isWatched ? `${browsers} browsers` : 'no console'}: ${fed.toFixed(2)} s (${describeLoad()})`,
      );
      seconds = fed;
    });
    return seconds;
  };

  const turns = await inTurns(
    options.rounds,
    () => measured(false),
    () => measured(true),
  );
  const lineOf = (title: string, seconds: readonly number[]): Compared => ({
    title,
    seconds: percentile(seconds, 0.5),
    count: log.events,
  });
  const [alone, watched] = [lineOf('no console', turns.first), lineOf(`${browsers} browsers`, turns.second)];
  run.print(comparisonTable([alone, watched], alone, 'events'));
  run.print('');
  const lost = 100 * (1 - rateOf(watched) / rateOf(alone));
  run.print(
    aimLine(
      `the console in ${browsers} browsers costs the live feed ${lost.toFixed(1)} % of its pace, medians of ${options.rounds} ` +
        `(aim: less than ${mostLost} %)`,
      lost < mostLost,
    ),
  );
  const sum = (of: (cost: (typeof costs)[number]) => number) =>
    costs.reduce((total, one) => total + of(one), 0);
  const [looks, cpu] = [sum((cost) => cost.looks), sum((cost) => cost.cpu)];
  run.print(
    `measured ${cpu.toFixed(2)} s of processor time of the console in ${whole(looks)} looks at everything` +
      (looks === 0 ? '' : `: ${((1_000 * cpu) / looks).toFixed(0)} ms a look`),
  );
  run.print(`checked each browser was sent what changed: ${whole(Math.min(...events))} events or more`);
}
