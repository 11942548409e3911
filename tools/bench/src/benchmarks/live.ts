import { projections } from '@reprise/product-read-model';
import type { ModelName } from '../child/task.ts';
import { adopted, catchUp } from '../live/catch-up.ts';
import type { LogOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { openPipeline } from '../servers/pipeline.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

const aimPerSecond = 15_000;

/**
 * Has the live consumer feed empty read models, all there are, from the beginning of a log, beside the reader alone.
 * @throws Error when one of them is not what the log says afterwards
 */
export function benchmarkLive(options: LogOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    await warmUp(options, run);
    const pipeline = await openPipeline(session, { ...options, topic: log.topic });
    run.print(`${log.topic}\n${describeMachine()} before the reader\n`);

    const read = await session.run('reader', log);
    const [fed, { app }] = await Promise.all([
      catchUp(pipeline, log.events),
      pipeline.start('projection-consumer'),
    ]);
    run.progress(`consumer: ${fed.toFixed(2)} s (${describeLoad()})`);
    await adopted(pipeline);
    await app.stop();
    for (const { name } of projections) {
      const { searchAlias } = pipeline;
      await session.run('verify', log, '', { model: name as ModelName, searchAlias });
    }

    const count = log.events;
    const reader: Compared = {
      title: 'reader alone',
      seconds: read.measurement.seconds,
      count: read.measurement.events,
      peakBytes: read.peakBytes,
    };
    const consumer: Compared = {
      title: `consumer, ${projections.length} read models`,
      seconds: fed,
      count,
    };
    run.print(comparisonTable([reader, consumer], reader, 'events'));
    run.print('');
    run.print(
      aimLine(
        `the consumer feeds ${whole(rateOf(consumer))} events/s (aim: at least ${whole(aimPerSecond)}) and takes ` +
          `${times(rateOf(reader) / rateOf(consumer))} the time of the reader alone`,
        rateOf(consumer) >= aimPerSecond,
      ),
    );
    run.print(`checked verify is clean for ${projections.map(({ name }) => name).join(', ')}`);
  });
}
