import type { LogOptions } from '../options.ts';
import { aimLine, comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { workloadOf } from '../servers/topic.ts';
import { createWriteDatabase } from '../servers/write-database.ts';
import { inSession, warmUp, type BenchmarkRun } from '../session.ts';

const model = 'product_summary';
const aimPerSecond = 40_000;

/**
 * Rebuilds `product_summary` from the event store, Postgres to Postgres, beside a bare SELECT of it, the store's writer alone and
 * the same rebuild from Kafka.
 * @throws Error when the SELECT does not see every event, or the two rebuilds have different digests
 */
export function benchmarkEventStore(options: LogOptions, run: BenchmarkRun): Promise<void> {
  return inSession(run, async (session) => {
    const log = workloadOf(options);
    await session.fill(log);
    const { writeDatabaseUrl, eventStoreUrl } = await createWriteDatabase(session);
    run.progress(`Filling an event store with ${log.events} events.`);
    await session.run('fill-store', log, '', { writeDatabaseUrl });
    await warmUp(options, run);
    run.print(`${describeMachine()} before the first contender\n`);

    const contenders = [
      ['bare SELECT of the event store', 'store-reader', '', {}],
      ['writer alone', 'writer', '', {}],
      ['rebuild from Kafka', 'rebuild', '_k', {}],
      ['rebuild from the event store', 'rebuild', '_e', { source: 'event-store' }],
    ] as const;
    const lines: Compared[] = [];
    const digests: (string | undefined)[] = [];
    for (const [title, contender, round, more] of contenders) {
      // Short, because the names of tables are.
      const namespace = `${session.name}${round}`;
      const task = { model, namespace, eventStoreUrl, ...more } as const;
      const { measurement, peakBytes } = await session.run(contender, log, round, task);
      if (contender === 'store-reader' && measurement.events !== log.events)
        throw new Error(`The event store holds ${measurement.events} of ${log.events} events.`);
      lines.push({ title, seconds: measurement.seconds, count: log.events, peakBytes });
      if (contender === 'rebuild') digests.push(measurement.digest);
      run.progress(`${title}: ${measurement.seconds.toFixed(2)} s (${describeLoad()})`);
    }
    if (digests[0] !== digests[1])
      throw new Error(`From the event store the digest is ${digests[1]}, from Kafka ${digests[0]}.`);

    const [bare, , , rebuild] = lines as [Compared, Compared, Compared, Compared];
    run.print(comparisonTable(lines, bare, 'events'));
    run.print('');
    run.print(
      aimLine(
        `the rebuild from the event store does ${whole(rateOf(rebuild))} events/s (aim: at least ${whole(aimPerSecond)}) and takes ` +
          `${times(rebuild.seconds / bare.seconds)} the time of the bare SELECT`,
        rateOf(rebuild) >= aimPerSecond,
      ),
    );
    run.print(`checked gates passed, readers switched, ${whole(log.products)} rows in both, equal digests`);
  });
}
