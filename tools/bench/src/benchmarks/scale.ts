import { rebuildTask, type LogOptions, type RebuildResources } from '../options.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { markdownTable, megabytes, seconds, times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

/** Sizes of the log, as multiples of the smallest. Events per product stay the same. */
const factors = [1, 2, 4];

/**
 * Rebuilds logs of one, two and four times the size and prints how the time grows: 1.00x per event is linear. Each rebuild
 * proves itself by its gate.
 */
export function benchmarkScale(options: LogOptions & RebuildResources, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const sizes = factors.map((factor) =>
      workloadOf({
        events: options.events * factor,
        products: options.products * factor,
        partitions: options.partitions,
      }),
    );
    for (const size of sizes) await session.fill(size);
    await warmUp(options, run);
    run.print(`${describeMachine()} before the first rebuild, ${options.workers} worker(s)\n`);
    const lines: string[][] = [];
    let perEvent: number | undefined;
    for (const [index, size] of sizes.entries()) {
      const { measurement, peakBytes } = await session.run(
        'rebuild',
        size,
        `_${index}`,
        rebuildTask(options),
      );
      await session.deleteIndices();
      run.progress(`${whole(size.events)} events: ${seconds(measurement.seconds)} s (${describeLoad()})`);
      const own = measurement.seconds / size.events;
      perEvent ??= own;
      lines.push([
        whole(size.events),
        whole(size.products),
        seconds(measurement.seconds),
        whole(1 / own),
        megabytes(peakBytes),
        times(own / perEvent),
      ]);
    }
    const head = ['events', 'products', 'seconds', 'events/s', 'peak MB', 'time per event / smallest'];
    run.print(markdownTable(head, lines));
    run.print(`aim: between 0.85x and 1.15x; ${describeLoad()} at the end`);
  });
}
