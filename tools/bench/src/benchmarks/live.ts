import { describeTopic } from '@reprise/read-model-feed';
import { projections } from '@reprise/product-read-model';
import { readConfiguration } from '@reprise/runtime';
import type { ModelName } from '../child/task.ts';
import type { LogOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { lookUntil } from '../servers/look-until.ts';
import { openPipeline, type Pipeline } from '../servers/pipeline.ts';
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

/** Seconds from the last look at which no event was in any read model to the first at which all were in all of them. */
async function catchUp({ topic, registry, signal }: Pipeline, events: number): Promise<number> {
  const { kafka } = readConfiguration(process.env, ['kafka']);
  const { partitions } = await describeTopic(kafka, topic);
  let begun = performance.now();
  const look = async (): Promise<{ most: number; least: number }> => {
    const lookedAt = performance.now();
    const generations = await registry.listGenerations({ states: ['VERIFIED', 'LIVE'] });
    const counts = await Promise.all(
      generations.map(async ({ uuid }) => {
        const positions = await registry.positions(uuid);
        return partitions.reduce((sum, { partition }) => sum + Number(positions.get(partition) ?? 0n), 0);
      }),
    );
    const most = Math.max(0, ...counts);
    if (most === 0) begun = lookedAt;
    return { most, least: counts.length < projections.length ? 0 : Math.min(...counts) };
  };
  await lookUntil({
    until: 'every event is in every read model',
    look,
    done: ({ least }) => least >= events,
    signal,
    everyMs: 50,
  });
  return (performance.now() - begun) / 1000;
}

/** Readers get a read model's first generation once it has caught up. */
async function adopted({ registry, signal }: Pipeline): Promise<void> {
  await lookUntil({
    until: 'readers have got their read models',
    look: async () => (await registry.listGenerations({ states: ['LIVE'] })).map(({ name }) => name),
    done: (names) => names.length === projections.length,
    signal,
    everyMs: 100,
  });
}
