import { Client } from 'pg';
import type { BenchOptions } from '../options.ts';
import { comparisonTable, rateOf, type Compared } from '../report/comparison.ts';
import { describeLoad, describeMachine } from '../report/machine.ts';
import { times, whole } from '../report/table.ts';
import { openPipeline } from '../servers/pipeline.ts';
import { workloadOf } from '../servers/topic.ts';
import { inSession, type BenchmarkRun } from '../session.ts';

type ApiOptions = Pick<BenchOptions, 'events' | 'products' | 'concurrency'>;

/** Commands sent before the measured ones, at most. */
const warmUpCommands = 2_000;

/**
 * Sends commands to the product API over HTTP, beside bare INSERTs of as many rows of that size by as many connections.
 * @throws Error when not every command is an event in the store and a message in the outbox afterwards
 */
export function benchmarkApi(options: ApiOptions, run: BenchmarkRun): Promise<void> {
  const { concurrency } = options;
  return inSession(run, async (session) => {
    const log = workloadOf({ ...options, partitions: 1 });
    const pipeline = await openPipeline(session, {
      partitions: 1,
      env: { WRITE_DATABASE_POOL_SIZE: String(concurrency) },
    });
    const { writeDatabaseUrl } = pipeline;
    const { origin } = await pipeline.start('product-api');
    const commands = Math.min(warmUpCommands, Math.ceil(log.events / 10));
    run.progress(`Warming the API up with ${commands} commands.`);
    await session.run(
      'api-writer',
      { ...log, events: commands, products: Math.min(commands, log.products) },
      '',
      { origin, concurrency },
    );
    run.print(`${describeMachine()} before the first contender, ${concurrency} at once\n`);

    const bare = await session.run('bare-insert', log, '', { writeDatabaseUrl, concurrency });
    run.progress(`bare INSERT: ${bare.measurement.seconds.toFixed(2)} s (${describeLoad()})`);
    const api = await session.run('api-writer', log, '', { origin, concurrency });
    await assertStored(writeDatabaseUrl, commands + log.events);

    const lineOf = (title: string, { measurement, peakBytes }: typeof bare): Compared => ({
      title,
      seconds: measurement.seconds,
      count: measurement.events,
      peakBytes,
    });
    const [limit, commanded] = [lineOf('bare INSERT', bare), lineOf('product API', api)];
    run.print(comparisonTable([limit, commanded], limit, 'commands'));
    run.print('');
    run.print(
      `The API takes ${whole(rateOf(commanded))} commands/s: ${times(rateOf(commanded) / rateOf(limit))} of the bare INSERTs of the ` +
        'database. peak MB is that of the client.',
    );
    run.print(
      `checked ${whole(log.events)} commands answered with the version they lead to, as many events and messages stored; ` +
        `${describeLoad()} at the end`,
    );
  });
}

async function assertStored(writeDatabaseUrl: string, expected: number): Promise<void> {
  const client = new Client({ connectionString: writeDatabaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Record<'events' | 'messages' | 'versions', number>>(`
      SELECT (SELECT count(*) FROM event_store)::int AS events, (SELECT count(*) FROM outbox_events)::int AS messages,
        (SELECT sum(version) FROM products)::int AS versions`);
    const { events, messages, versions } = rows[0]!;
    if (events !== expected || messages !== expected || versions !== expected)
      throw new Error(
        `${expected} commands were accepted, but ${events} events and ${messages} messages are stored, and the products have ` +
          `${versions} versions.`,
      );
  } finally {
    await client.end();
  }
}
