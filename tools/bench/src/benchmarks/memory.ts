import { rebuildTask, type BenchOptions, type LogOptions, type RebuildResources } from '../options.ts';
import { aimLine } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { markdownTable, megabytes, seconds, times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

type MemoryOptions = LogOptions & RebuildResources & Pick<BenchOptions, 'largeEvents' | 'largeProducts'>;

/** Share of the small log's pace that the large one should keep. */
const leastShare = 0.6;

/**
 * Rebuilds a small and a large log within the same memory and prints what each took of it, and how the pace compares. Each
 * rebuild proves itself by its gate.
 */
export function benchmarkMemory(options: MemoryOptions, run: BenchmarkRun): Promise<void> {
  const { partitions, workers, memory: memoryBytes } = options;
  return inSession(run, async (session) => {
    const small = workloadOf(options);
    const large = workloadOf({ events: options.largeEvents, products: options.largeProducts, partitions });
    for (const log of [small, large]) await session.fill(log);
    await warmUp(options, run);
    run.print(`${describeMachine()} before the first rebuild, ${workers} worker(s)\n`);

    const lines: string[][] = [];
    const rates: number[] = [];
    let peak = 0;
    for (const [index, log] of [small, large].entries()) {
      const { measurement, peakBytes } = await session.run('rebuild', log, `_${index}`, rebuildTask(options));
      await session.deleteIndices();
      run.progress(`${whole(log.events)} events: ${seconds(measurement.seconds)} s (${describeLoad()})`);
      rates.push(log.events / measurement.seconds);
      peak = Math.max(peak, peakBytes);
      lines.push([
        whole(log.events),
        whole(log.products),
        seconds(measurement.seconds),
        whole(log.events / measurement.seconds),
        megabytes(peakBytes),
        megabytes(measurement.spilledBytes ?? 0),
        times(rates.at(-1)! / rates[0]!),
      ]);
    }
    const head = ['events', 'products', 'seconds', 'events/s', 'peak MB', 'spilled MB', 'pace / small'];
    run.print(markdownTable(head, lines));
    run.print('');
    const share = rates[1]! / rates[0]!;
    const goal = `aim: at least ${times(leastShare)}`;
    run.print(
      aimLine(`the large log keeps ${times(share)} of the small one's pace (${goal})`, share >= leastShare),
    );
    const budget = `aim: at most the budget of ${megabytes(memoryBytes)} MB`;
    run.print(aimLine(`the larger peak is ${megabytes(peak)} MB (${budget})`, peak <= memoryBytes));
    run.print('checked gates passed, readers switched, all events and documents of both logs');
  });
}
